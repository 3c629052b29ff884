/** From the layers of a decision to the gates that a request had to pass. */
import type { DescribedLayer, DescribeDecisionOutput } from '../../../tidegate/src/api/describe-decision.ts'
import { evaluationOrder } from '../util/policy-words.ts'

export interface Gate {
  readonly layer: DescribedLayer
  /** Whether it stands in the way of the request. */
  readonly isShut: boolean
  /** Whether the decision was made here. */
  readonly isDeciding: boolean
  /** Whether a gate before it is shut already. */
  readonly isBehind: boolean
}

export function gatesOf(decision: Pick<DescribeDecisionOutput, 'Effect' | 'PolicyType' | 'Layers' | 'Requirements'>): readonly Gate[] {
  const { PolicyType, Requirements } = decision
  const isDenied = decision.Effect.endsWith('-deny')
  const layers = [...decision.Layers, ...absent(decision)].toSorted(
    (a, b) => evaluationOrder(a.PolicyType) - evaluationOrder(b.PolicyType) || (a.Level ?? 0) - (b.Level ?? 0),
  )
  let isBehind = false
  return layers.map((layer) => {
    const isRequired = Requirements.some((each) => each.PolicyType === layer.PolicyType && each.Level === layer.Level)
    const isDeciding = isDenied && layer.PolicyType === PolicyType && blocks(layer)
    const gate = { layer, isShut: isDenied && (isRequired || isDeciding), isDeciding, isBehind }
    isBehind ||= gate.isShut
    return gate
  })
}

/** The policy type that decided because there is no policy of it. */
function absent({ Effect, PolicyType, Layers }: Pick<DescribeDecisionOutput, 'Effect' | 'PolicyType' | 'Layers'>): DescribedLayer[] {
  if (Effect !== 'implicit-deny' || PolicyType === undefined || Layers.some((layer) => layer.PolicyType === PolicyType)) return []
  return [{ PolicyType, Outcome: 'absent', Statements: [], OtherStatements: 0 }]
}

/** Of several levels of SCPs only some deny. */
const blocks = ({ Outcome }: DescribedLayer): boolean => !['allows', 'denies-nothing', 'no-say'].includes(Outcome)
