/** Ids in the forms that ECS has them in, of ids of 32 hexadecimal digits. */

/** 19 decimal digits, as in `ecs-svc/1234567890123456789`. */
export const digits = (id: string): string => (BigInt(`0x${id}`) % 10n ** 19n).toString().padStart(19, '0')
export const uuid = (id: string): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
/** 21 characters, as service deployments have them. */
export const deploymentName = (id: string): string => Buffer.from(id, 'hex').toString('base64url').slice(0, 21)
