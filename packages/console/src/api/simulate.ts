export interface SimulateAccessInput {
  readonly Who: string
  readonly Requests: readonly { readonly Action: string; readonly Resource: string }[]
  readonly Context?: readonly { readonly Key: string; readonly Values: readonly string[] }[]
}

export interface SimulateAccessOutput {
  readonly Principal: string
  readonly Results: readonly {
    readonly Effect: string
    readonly Reason?: string
    readonly DependsOn: readonly { readonly Policy: string; readonly Conditions: readonly { readonly Key: string }[] }[]
  }[]
}
