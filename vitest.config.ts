import { defineConfig } from 'vitest/config'

// Workspace sources are tested as they are, without a build: the export condition `@tidegate/source` names them.
const source = { resolve: { conditions: ['@tidegate/source'] }, ssr: { resolve: { conditions: ['@tidegate/source'] } } }

export default defineConfig({
  ...source,
  test: {
    // Nothing is timed: this only ends what hangs. Machines that do other work too are slow at times.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 20 } },
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
    projects: [
      { extends: true, test: { name: 'unit', include: ['packages/*/{src,test}/**/*.test.ts'] } },
      { extends: true, test: { name: 'repo', include: ['test/**/*.test.ts'] } },
    ],
  },
})
