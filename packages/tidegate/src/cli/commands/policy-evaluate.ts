import { authorize, type Decision, explain, readCase } from '@tidegate/policy'
import { command } from '../command.ts'
import { type Line, readLines } from '../lines.ts'

export const policyEvaluate = command({
  args: { file: { value: 'FILE|-', summary: 'JSON lines; - is standard input' } },
  flags: { explain: { type: 'boolean', summary: "add AWS's sentence and the trace of every decision" } },
  details: `
Each line is an object with "request" (principal, principalType, action, resource, context),
"policies" (identity, resource, boundary, session, scp, rcp, endpoint) and perhaps "id".
Other members are ignored; the lines of vectors/policy/evaluation.jsonl are examples.

Each answer is a line: {"id":...,"decision":"allow"}, or "implicitDeny", or "explicitDeny";
with --explain also "reason", null when allowed, and "trace".
A line that cannot be read is answered with "implicitDeny" and "error".

exit: 0 every line was decided, 1 a line could not be read, 2 wrong usage

example:
  tidegate policy evaluate requests.jsonl > decisions.jsonl`,
  async run({ args, flags }, io) {
    let unreadable = 0
    for await (const lines of readLines(io.read(args.file))) {
      const answers = lines.map((line) => answer(line, flags.explain))
      unreadable += answers.filter(({ error }) => error !== undefined).length
      if (answers.length > 0) await io.write(answers.map((each) => `${JSON.stringify(each)}\n`).join(''))
    }
    if (unreadable === 0) return 0
    io.note(`${unreadable} ${unreadable === 1 ? 'line' : 'lines'} could not be read`)
    return 1
  },
})

interface Answer {
  readonly id: string | null
  readonly decision: (typeof spelling)[Decision['effect']]
  readonly reason?: string | null
  readonly trace?: object
  readonly error?: string
}

function answer(line: Line, isExplained: boolean): Answer {
  if ('problem' in line) return unreadable(line.number, undefined, line.problem)
  const read = readCase(line.text)
  if (!read.ok) return unreadable(line.number, read.id, read.message)
  const { id = null, request, policies } = read.case
  if (!isExplained) return { id, decision: spelling[authorize(request, [policies]).effect] }
  const { reason = null, ...trace } = explain(request, [policies])
  return { id, decision: spelling[trace.decision.effect], reason, trace }
}

function unreadable(number: number, id: string | undefined, problem: string): Answer {
  return { id: id ?? null, decision: 'implicitDeny', error: `line ${number}: ${problem}` }
}

/** As AWS's policy simulator spells decisions. */
const spelling = { allow: 'allow', 'explicit-deny': 'explicitDeny', 'implicit-deny': 'implicitDeny' } as const
