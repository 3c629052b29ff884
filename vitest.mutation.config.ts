import { defineConfig } from 'vitest/config'

// What `npm run mutation` runs for each mutant of the engine: the engine's own tests and no others.
export default defineConfig({ test: { include: ['packages/policy/{src,test}/**/*.test.ts'] } })
