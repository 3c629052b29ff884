import { nameOf } from '../util/arn.ts'
import { Copy } from './Copy.tsx'

/** The name at the end of an ARN; all of it in the title and in the clipboard. */
export function Arn({ arn }: { readonly arn: string | undefined }) {
  if (arn === undefined || arn === '') return <span className="faint">none</span>
  return (
    <span className="arn">
      <span title={arn}>{nameOf(arn)}</span>
      <Copy text={arn} label={`Copy ${arn}`} />
    </span>
  )
}
