/** From findings to problems: AWS's order, the words of the service that answers, places in the text. */
import type { Authority } from './authority.ts'
import { faults } from './faults.ts'
import type { Finding } from './faults.ts'
import type { JsonNode } from './json.ts'
import { pointerAt } from './position.ts'
import type { Positions } from './position.ts'
import type { Problem } from './problem.ts'

export type Problems = readonly [Problem, ...Problem[]]

/** The first problem is the one that AWS would answer with. `root` is absent where the text is not JSON. */
export function problemsOf(
  findings: readonly Finding[],
  authority: Authority,
  root: JsonNode | undefined,
  positions: Positions,
): Problems | undefined {
  const inOrder = findings.toSorted((a, b) => faults[a.fault].stage - faults[b.fault].stage || a.offset - b.offset).slice(0, mostProblems)
  const [first, ...others] = inOrder.map(({ fault, offset, value, hint }): Problem => {
    const message = (authority.texts[fault] ?? authority.otherwise ?? faults[fault].iam)(shorten(value))
    const pointer = root === undefined ? '' : pointerAt(root, offset)
    return { code: authority.codes?.[fault] ?? authority.code, message, pointer, ...positions.at(offset), hint }
  })
  return first && [first, ...others]
}

/** AWS quotes the text in full; a hostile one must not be copied into every log. */
const shorten = (value: string): string => (value.length > 2048 ? `${value.slice(0, 2048)}...` : value)

/** More tell nobody anything, and a hostile text could make one of every byte. */
const mostProblems = 100
