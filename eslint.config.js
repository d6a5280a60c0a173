import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const FOR_TESTS = ["test/**/*.ts"];

export default defineConfig(
  { ignores: ["artifacts", "cache", "coverage", "deployments", "dist", "generated", "typechain", ".slither-venv"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
    },
  },
  {
    files: FOR_TESTS,
    rules: {
      "@typescript-eslint/no-unused-expressions": "off", // chai's `expect(x).to.be.true`
      "@typescript-eslint/no-non-null-assertion": "off", // a test that fails there fails as it should
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
);
