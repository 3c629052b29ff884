/** docs/security-cases.md says which attacks are tests: it has to be true. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Numbers of cases in a text, each once. */
function casesIn(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([id]) => id.slice(0, 4)))].toSorted()
}

const [tried = '', untried = ''] = read('docs/security-cases.md').split('\n## Without a test of its own\n')
const listed = (text: string): readonly string[] => text.match(/^\| T-\d\d /gm)?.map((row) => row.slice(2, 6)) ?? []

test('each case that is listed as tried is in the name of a test, and the other way around', ({ expect }) => {
  const files = globSync(['packages/*/{src,test}/**/*.test.ts', 'test/*.test.ts'], { cwd: root })
  const named = files.flatMap((file) => casesIn(read(file), /T-\d\d\b/g))
  expect(listed(tried)).toEqual([...new Set(named)].toSorted())
})

test('no case is left out or listed twice', ({ expect }) => {
  const all = [...listed(tried), ...listed(untried)].toSorted()
  expect(all).toEqual(Array.from({ length: 87 }, (_, i) => `T-${String(i + 1).padStart(2, '0')}`))
})
