import { defineConfig } from 'vitest/config'

// What `npm run mutation` runs for each mutant of the engine: the engine's own tests and no others. Those of the generator of cases ask the
// reference alone. A test that is slow on a busy machine must not be taken for one that noticed something.
export default defineConfig({
  test: { include: ['packages/policy/{src,test}/**/*.test.ts'], exclude: ['**/case-generator.test.ts'], testTimeout: 60_000 },
})
