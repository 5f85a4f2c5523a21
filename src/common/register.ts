/**
 * `node --require tapctl/register`: a program may be TypeScript, which is loaded without a type check. Pulumi.yaml of a
 * project names it in `nodeargs`, instead of the type checker that Pulumi starts at every preview.
 */
import { handleTypeScript } from "./typescript";

handleTypeScript({ sourceMaps: true });
