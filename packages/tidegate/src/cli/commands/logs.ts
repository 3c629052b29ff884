import { setTimeout as pause } from 'node:timers/promises'
import { LookupLogLines$, type LookupLogLinesOutput } from '../../api/log-lines.ts'
import { timeFlag } from '../audit-folder.ts'
import { asClient } from '../client.ts'
import { command } from '../command.ts'
import { clusterFlag } from '../ecs/flags.ts'
import { serviceName, taskName } from '../ecs/names.ts'
import { lineJson, lineText, linesOf } from '../log-lines.ts'
import { callTidegate } from '../tidegate-client.ts'
import { UsageError } from '../usage-error.ts'

export const logs = command({
  args: { service: { value: 'SERVICE', summary: 'NAME in the cluster, CLUSTER/NAME or its ARN; or --task', isOptional: true } },
  flags: {
    cluster: clusterFlag,
    task: { type: 'string', value: 'TASK', summary: 'one task alone: its id, CLUSTER/ID or ARN' },
    as: { type: 'string', value: 'PERSON', summary: 'only what tasks wrote that this person is behind' },
    filter: { type: 'string', value: 'PATTERN', summary: 'filter pattern of CloudWatch Logs, like "ERROR -timeout"' },
    since: { type: 'string', value: 'TIME', summary: 'from then on: 24h, 2026-11-22T07:00:00Z; 10m by default' },
    follow: { type: 'boolean', summary: 'go on with what comes, until interrupted' },
    json: { type: 'boolean', summary: 'print each line as an object, with everybody behind it' },
  },
  details: `
Reads the log groups that the task definitions name for the awslogs driver, at the instance at
AWS_ENDPOINT_URL with your AWS credentials: needs logs:FilterLogEvents on the groups, and
ecs:DescribeServices and ecs:DescribeTaskDefinition to find them. PERSON is a subject, an e-mail
address or name that the identity provider asserts, or ISSUER|SUBJECT: whoever deployed a service
or ran a task is behind what it writes.

exit: 0 printed, 1 refused or no answer, 2 wrong usage or no such service

examples:
  tidegate logs shop/web --follow
  tidegate logs shop/web --as alice@example.com --since 24h --filter ERROR`,
  run({ args, flags }, io) {
    if ((args.service === undefined) === (flags.task === undefined)) throw new UsageError('say either SERVICE or `--task`')
    const since = timeFlag('since', flags.since ?? defaultSince, Date.now()) ?? 0
    const name = args.service === undefined ? taskName(flags.task ?? '', flags.cluster) : serviceName(args.service, flags.cluster)
    return asClient(io, async (settings) => {
      const { ECSClient } = await import('@aws-sdk/client-ecs')
      const { logsOfService, logsOfTask } = await import('../ecs/log-groups.ts')
      const { arn, groups } = await (args.service === undefined ? logsOfTask : logsOfService)(new ECSClient(settings), name)
      const sources = groups.map(({ name: group, region = settings.region }) => ({
        group,
        lookUp: (input: object) => callTidegate<LookupLogLinesOutput>({ ...settings, region }, LookupLogLines$, input),
      }))
      const actors = [arn, ...(flags.as === undefined ? [] : [flags.as])]
      let count = 0
      const wanted = { actors, pattern: flags.filter, since, isFollowed: flags.follow }
      for await (const lines of linesOf(sources, wanted, () => pause(followMilliseconds))) {
        count += lines.length
        await io.write(lines.map((line) => `${flags.json ? lineJson(line) : lineText(line)}\n`).join(''))
      }
      if (count === 0) io.note(`nothing since ${flags.since ?? defaultSince} that fits; --since looks further back`)
      return 0
    })
  },
})

const defaultSince = '10m'
const followMilliseconds = 1_000
