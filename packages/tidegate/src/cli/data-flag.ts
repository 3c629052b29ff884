/** The flag of every command that is about an instance. */
export const dataFlag = { type: 'string', value: 'DIR', summary: 'data folder of the instance, .tidegate by default' } as const
