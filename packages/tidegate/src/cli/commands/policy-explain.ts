import { type CaseResult, explain, readCase, renderTrace } from '@tidegate/policy'
import { command } from '../command.ts'
import { type Line, readLines } from '../lines.ts'

export const policyExplain = command({
  args: { file: { value: 'FILE|-', summary: 'JSON lines as for `policy evaluate`; - is standard input' } },
  flags: { json: { type: 'boolean', summary: 'print the traces as JSON, a line each' } },
  details: `
For every policy type in the order of evaluation it lists the statements that could have applied
and, for each that did not, the first element that does not match: what it asks for and what the
request has. A member "description" of a line is printed above its trace.

exit: 0 every line was explained, 1 a line could not be read, 2 wrong usage

example:
  tidegate policy explain examples/ecs-team.jsonl`,
  async run({ args, flags }, io) {
    let isAllRead = true
    for await (const lines of readLines(io.read(args.file))) {
      for (const line of lines) {
        const read = readCaseLine(line)
        if (read.ok) await io.write(flags.json ? traceLine(read) : section(read, line.number))
        else {
          io.note(`line ${line.number}: ${read.message}`)
          isAllRead = false
        }
      }
    }
    return isAllRead ? 0 : 1
  },
})

type ReadCase = CaseResult & { readonly ok: true }

const readCaseLine = (line: Line): CaseResult =>
  'problem' in line ? { ok: false, id: undefined, message: line.problem } : readCase(line.text)

function traceLine({ case: { id, request, policies } }: ReadCase): string {
  return `${JSON.stringify({ id: id ?? null, ...explain(request, [policies]) })}\n`
}

function section({ case: { id, description, request, policies } }: ReadCase, line: number): string {
  const title = id ?? `line ${line}`
  const heading = `${title}${description === undefined ? '' : `: ${description}`}`
  return `${heading}\n${'='.repeat(heading.length)}\n${renderTrace(explain(request, [policies]))}\n\n`
}
