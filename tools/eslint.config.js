import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** The limits of form. A kernel exceeds one by name: `// eslint-disable-next-line RULE -- kernel: reason`. */
const form = {
  "max-lines": ["error", { max: 400, skipBlankLines: false }],
  "max-lines-per-function": ["error", { max: 60, skipBlankLines: false, skipComments: false, IIFEs: true }],
  "max-params": ["error", { max: 5 }],
  "max-depth": ["error", { max: 4 }],
  "max-len": [
    "error",
    { code: 120, ignoreUrls: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true },
  ],
  eqeqeq: "error",
  "no-var": "error",
  "prefer-const": ["error", { destructuring: "all" }],
};

const tests = ["**/*.test.ts", "test/**/*.ts"];

export default tseslint.config(
  {
    ignores: ["**/node_modules/**", "dist/**", "coverage/**", "fixtures/**/*.py", "src/plot/typefacedata.ts"],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ["src/**/*.ts", "test/**/*.ts", "fixtures/**/*.ts", "vitest.config.ts"],
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: new URL("..", import.meta.url).pathname },
    },
    rules: {
      ...form,
      // Index access into typed arrays is checked by the kernels' own bounds; `!` is how they say so.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/explicit-function-return-type": ["error", { allowExpressions: true }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["app/src/**/*.{ts,tsx}"],
    languageOptions: {
      parserOptions: {
        project: "./app/tsconfig.json",
        tsconfigRootDir: new URL("..", import.meta.url).pathname,
      },
    },
    rules: {
      ...form,
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/explicit-function-return-type": ["error", { allowExpressions: true }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  // A suite is one function of its cases.
  { files: tests, rules: { "max-lines-per-function": "off", "max-lines": "off", "max-len": "off" } },
  // Declarations of these scripts are in no project either.
  { files: ["tools/**/*.d.ts"], ...tseslint.configs.disableTypeChecked },
  {
    files: ["**/*.js"],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        performance: "readonly",
        Buffer: "readonly",
        setTimeout: "readonly",
        AbortController: "readonly",
        AbortSignal: "readonly",
        atob: "readonly",
      },
    },
  },
  { files: ["**/*.js"], rules: { ...form, "max-lines-per-function": "off" } },
);
