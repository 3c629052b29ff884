import { DescribeDecision$, type DescribeDecisionOutput } from '../../api/describe-decision.ts'
import { asClient } from '../client.ts'
import { command } from '../command.ts'
import { decisionText } from '../decision-text.ts'
import { callTidegate } from '../tidegate-client.ts'

export const explain = command({
  args: { request: { value: 'REQUEST-ID|LAST', summary: 'id that the client shows, or LAST for your last denied request' } },
  flags: { json: { type: 'boolean', summary: 'print an object' } },
  details: `
Asks the instance at AWS_ENDPOINT_URL with your AWS credentials. The explanation is that of the
moment of the decision, whatever the policies are now. Of your own requests you see which policy
types decided; statements and conditions are shown with tidegate:DescribeDecision.

exit: 0 explained, 1 refused or no answer, 2 wrong usage

example:
  tidegate explain LAST`,
  run({ args, flags }, io) {
    return asClient(io, async (settings) => {
      const decision = await callTidegate<DescribeDecisionOutput>(settings, DescribeDecision$, { RequestId: args.request })
      await io.write(flags.json ? `${JSON.stringify(decision)}\n` : decisionText(decision))
      return 0
    })
  },
})
