import type { RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs'
import { textOf } from '../audit-folder.ts'
import { command } from '../command.ts'
import { changeExits, changeFlags } from '../ecs/flags.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../usage-error.ts'

export const ecsDeploy = command({
  args: { service: { value: 'SERVICE', summary: 'NAME in the cluster, CLUSTER/NAME or its ARN' } },
  flags: {
    image: { type: 'string', value: '[CONTAINER=]IMAGE', summary: 'what runs now, with another image' },
    'task-definition': { type: 'string', value: 'FAMILY[:REVISION]', summary: 'one that is registered; the newest of its family' },
    file: { type: 'string', value: 'FILE', summary: 'registers this one first, as RegisterTaskDefinition takes it' },
    ...changeFlags,
  },
  details: `
Exactly one of --image, --task-definition and --file says what. --image and --file register a new
revision first, which needs ecs:RegisterTaskDefinition and iam:PassRole on the roles in it.
${changeExits}

examples:
  tidegate ecs deploy shop/web --image app=registry.example.com/web:2.1
  tidegate ecs deploy shop/web --task-definition web:11 --dry-run`,
  async run({ args, flags }, io) {
    const { image, file, 'task-definition': registered } = flags
    if ([image, file, registered].filter((each) => each !== undefined).length !== 1)
      throw new UsageError('say exactly one of `--image`, `--task-definition` and `--file`')
    const definition = file === undefined ? undefined : await definitionIn(file, io)
    const { changeService } = await import('../ecs/changing.ts')
    const { deployFilePlan, deployImagePlan, deployPlan } = await import('../ecs/plans.ts')
    return changeService({ word: args.service, flags }, io, (to) => {
      if (image !== undefined) return deployImagePlan(to, image)
      if (definition !== undefined) return deployFilePlan(to, definition, `a revision of ${definition.family} from ${file}`)
      return deployPlan(to, registered ?? '')
    })
  },
})

/** What is in it is for ECS to judge. */
async function definitionIn(file: string, io: Io): Promise<RegisterTaskDefinitionCommandInput> {
  let read: unknown
  try {
    read = JSON.parse(await textOf(file, io))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  if (typeof read !== 'object' || read === null || !('family' in read))
    throw new UsageError(`\`${file}\` holds no task definition: a JSON object with family and containerDefinitions`)
  return read as RegisterTaskDefinitionCommandInput
}
