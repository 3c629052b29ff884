import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Step } from '../guide.ts'
import { region } from '../organization.ts'
import { credentialsOf, type World } from '../world.ts'

export const signIn = (world: World): Step => ({
  title: 'alice signs in with the identity provider of her company; nobody has a key',
  async run(guide) {
    for (const terminal of Object.values(world.terminals)) await terminal.run(['ctx', 'add', 'demo', '--url', world.url])
    guide.types('alice', 'tidegate login')
    const login = await world.terminals.alice.signIn('alice', ['--force'])
    guide.answers(login.code === 0 ? login.stdout : login.stderr)
    guide.holds(login.code === 0, 'alice is signed in')
    guide.types('alice', 'tidegate configure')
    guide.answers((await world.terminals.alice.run(['configure'])).stdout)
    const { bob, carol } = world.terminals
    const others = await Promise.all([bob.signIn('bob', ['--force']), carol.signIn('carol', ['--force'])])
    guide.holds(
      others.every(({ code }) => code === 0),
      'bob and carol are signed in',
    )
    await Promise.all([bob.run(['configure']), carol.run(['configure'])])

    const credentials = await credentialsOf(world, 'alice', 'developer')
    const minutes = Math.round((credentials.expiration.getTime() - Date.now()) / 60_000)
    guide.types('alice', 'aws sts get-caller-identity --profile demo-staging-developer')
    const { Arn = '' } = await new STSClient({ endpoint: world.url, region, credentials }).send(new GetCallerIdentityCommand({}))
    guide.answers(`${Arn}\n(credentials of a role, good for ${minutes} minutes)`)
    guide.holds(Arn.includes(':assumed-role/developer/') && minutes <= 60, 'her credentials are short-lived and those of her role')

    guide.types('alice', 'tidegate whoami --chain')
    const whoami = await world.terminals.alice.run(['whoami', '--chain'], 'demo-staging-developer')
    guide.answers(`${whoami.stdout}${whoami.stderr}`)
    guide.holds(whoami.code === 0 && whoami.stdout.includes('alice'), 'the chain begins with her')
  },
})
