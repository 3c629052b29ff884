import { isUtf8 } from 'node:buffer'
import { parsePolicy, type PolicyKind, policyKinds, type Problem, validateCase } from '@tidegate/policy'
import { command } from '../command.ts'
import type { ExitCode, Io } from '../io.ts'
import { type Line, readLines } from '../lines.ts'
import { UsageError } from '../usage-error.ts'

/** Services whose resource-based policies have rules, codes or words that are not IAM's. */
const services = ['ecr', 'kms', 's3', 'secretsmanager', 'sns', 'sqs'] as const

export const policyValidate = command({
  args: { file: { value: 'FILE|-', summary: 'the policy document; - is standard input' } },
  flags: {
    kind: { type: 'string', value: 'KIND', summary: 'kind of policy, identity when absent', choices: policyKinds },
    service: { type: 'string', value: 'SERVICE', summary: 'with --kind resource: whose policy it is', choices: services },
    json: { type: 'boolean', summary: 'print one JSON object' },
    jsonl: { type: 'boolean', summary: 'read many documents, a line of JSON each' },
  },
  details: `
KIND is identity (inline policy of a user, group or role), managed, trust, resource, boundary,
session, scp, rcp or endpoint. SERVICE is ${services.join(', ')}.

Each problem is a line FILE:LINE:COLUMN: MESSAGE (CODE) and a line with a hint. The first is the
one that AWS answers with. With --json: {"valid":false,"problems":[...]}.

With --jsonl each line is an object with "policyType" (a KIND), "document" (a policy, or its text as
a string) and perhaps "service" and "id"; vectors/policy/grammar.jsonl has examples. Each answer is
a line {"id":...,"result":"valid","error":null}, or "malformed" with AWS's message.

exit: 0 valid, 1 not valid or not readable, 2 wrong usage

examples:
  tidegate policy validate policy.json
  tidegate policy validate trust.json --kind trust
  aws iam get-role --role-name web --query Role.AssumeRolePolicyDocument |
    tidegate policy validate - --kind trust`,
  async run({ args, flags }, io) {
    const { kind = 'identity', service, json, jsonl } = flags
    if (!jsonl) {
      if (service !== undefined && kind !== 'resource') throw new UsageError('`--service` needs `--kind resource`')
      return validateFile(args.file, { kind, service, json }, io)
    }
    const idle = (['kind', 'service', 'json'] as const).find((name) => flags[name] !== undefined && flags[name] !== false)
    if (idle !== undefined) throw new UsageError(`\`--${idle}\` has no effect with \`--jsonl\`: each line says it, and answers are JSON`)
    return validateLines(args.file, io)
  },
})

interface Question {
  readonly kind: PolicyKind
  readonly service: string | undefined
  readonly json: boolean
}

async function validateFile(file: string, { kind, service, json }: Question, io: Io): Promise<ExitCode> {
  const text = await textOf(file, io)
  const result = parsePolicy(text, kind, service === undefined ? {} : { service })
  const problems = result.ok ? [] : result.problems
  const name = file === '-' ? '<stdin>' : file
  await io.write(json ? `${JSON.stringify({ valid: result.ok, problems })}\n` : listing(name, problems))
  return result.ok ? 0 : 1
}

function listing(name: string, problems: readonly Problem[]): string {
  if (problems.length === 0) return `${name}: valid\n`
  return problems
    .map(({ line, column, message, code, hint }) => `${name}:${line}:${column}: ${message} (${code})\n  hint: ${hint}\n`)
    .join('')
}

async function textOf(file: string, io: Io): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of io.read(file)) {
    size += chunk.length
    if (size > mostBytes) throw new UsageError(`\`${file}\` is longer than ${mostBytes} bytes, no policy is`)
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  if (!isUtf8(bytes)) throw new UsageError(`\`${file}\` is not UTF-8 text`)
  return bytes.toString('utf8')
}

async function validateLines(file: string, io: Io): Promise<ExitCode> {
  let isAllValid = true
  for await (const lines of readLines(io.read(file))) {
    const answers = lines.map(validateLine)
    isAllValid &&= answers.every(({ result }) => result === 'valid')
    if (answers.length > 0) await io.write(answers.map((each) => `${JSON.stringify(each)}\n`).join(''))
  }
  return isAllValid ? 0 : 1
}

function validateLine(line: Line): { id: string | null; result: 'valid' | 'malformed'; error: string | null } {
  if ('problem' in line) return { id: null, result: 'malformed', error: `line ${line.number}: ${line.problem}` }
  const { id, result, error } = validateCase(line.text)
  return { id: id === '' ? null : id, result, error }
}

const mostBytes = 4 * 1024 * 1024
