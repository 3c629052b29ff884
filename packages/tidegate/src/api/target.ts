/** How the service of our own is reached: aws-json 1.1, with this signing name and this `X-Amz-Target` prefix. */
export const signingName = 'tidegate'
export const targetPrefix = 'Tidegate_20261101'
