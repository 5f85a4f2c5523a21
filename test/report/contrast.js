/** Contrast of an element's text with what is behind it, as WCAG 2 has it. Runs in a page. */
(selector) => {
  const element = document.querySelector(selector);
  const parts = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const brightness = (color) => {
    const [red, green, blue] = parts(color).map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  let behind = element;
  while (parts(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [one, other] = [brightness(getComputedStyle(element).color), brightness(getComputedStyle(behind).backgroundColor)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
