import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

/** Files that read JSON without values of users: answers of programs and of Kubernetes, and notes of our own. */
const PLAIN_JSON = [
  "src/common/{json,json-text,package}.ts",
  "src/backfill/backfill.ts",
  "src/cluster/{api-errors,connection,retry}.ts",
  "src/cluster/doctor/images.ts",
  "src/init/{project-files,tapctl-spec}.ts",
  "src/manifests/images/image-builder.ts",
  "src/deploy/*.ts",
  "src/run/{check-connector,runner}.ts",
  "src/run/environments/{environments,find-python}.ts",
  "src/run/offline/offline-count.ts",
  "policy/*.ts",
  "src/review/pulumi-preview.ts",
  "src/settings/check.ts",
  "src/store/lease/lease-record.ts",
  "test/**",
];

/** An error says what is wrong in its first argument, and what to do in the option `fix`. */
const FIX_IN_PROBLEM = [
  "NewExpression[callee.name=/Error$|^UnreadableState$/] > Literal[value=/\\n[A-Z`]/]:first-child",
  "NewExpression[callee.name=/Error$|^UnreadableState$/] > TemplateLiteral:first-child > TemplateElement[value.raw=/\\\\n([A-Z`]|$)/]",
].map((selector) => ({ selector, message: "Move the instruction to the option `fix`." }));

export default tseslint.config(
  { ignores: ["node_modules/", "dist/", ".tapctl/"] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ["**/*.ts"] })),
  {
    files: ["**/*.ts"],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/explicit-function-return-type": "off",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  {
    files: ["**/*.ts"],
    ignores: PLAIN_JSON,
    rules: {
      "no-restricted-properties": [
        "error",
        {
          object: "JSON",
          property: "parse",
          message:
            "It rounds integers beyond 2^53 and long decimals: use JsonText or parseJson of json.ts.",
        },
      ],
    },
  },
  {
    files: ["{src,components,policy,connectors}/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...FIX_IN_PROBLEM] },
  },
  {
    files: ["test/**/*.ts"],
    // node:test's test() and describe() return promises that the runner awaits itself
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              name: [
                "test",
                "it",
                "describe",
                "suite",
                "before",
                "after",
                "beforeEach",
                "afterEach",
              ],
              package: "node:test",
            },
          ],
        },
      ],
    },
  },
);
