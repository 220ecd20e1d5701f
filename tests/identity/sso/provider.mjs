// A certified OpenID Connect provider on the loopback, for tests. It is told what to do by lines on
// stdin (JSON), and answers each with a line on stdout. Told to, it lies: it signs what is not true.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { createInterface } from 'node:readline'

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { Provider } from 'oidc-provider'

const setup = JSON.parse(process.argv[2])
const accounts = new Map()
const sids = new Map()
const told = { token: null, user: null }
const posted = []

const { privateKey } = await generateKeyPair('RS256', { extractable: true })
const stranger = await generateKeyPair('RS256', { extractable: true })
const jwk = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'RS256', use: 'sig' }

const pem = readFileSync(setup.pem)
const server = createServer({ key: pem, cert: pem })
await new Promise((done) => server.listen(setup.port, '127.0.0.1', done))
const issuer = `https://127.0.0.1:${server.address().port}`

const provider = new Provider(issuer, {
  jwks: { keys: [jwk] },
  cookies: { keys: ['only for tests'] },
  clients: [{
    client_id: 'citizenreport',
    client_secret: setup.secret,
    redirect_uris: [`${setup.public_url}/petugas/masuk/sso/kembali`],
    post_logout_redirect_uris: [`${setup.public_url}/petugas/masuk`],
    backchannel_logout_uri: `${setup.public_url}/petugas/masuk/sso/berakhir`,
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }],
  scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username'],
    email: ['email', 'email_verified'],
    groups: ['groups'],
  },
  features: { backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  pkce: { required: () => true },
  issueRefreshToken: async () => true,
  findAccount: (_, id) => {
    const claims = accounts.get(id)
    return claims && { accountId: id, claims: () => ({ sub: id, ...claims }) }
  },
  // Who signs in has agreed already.
  loadExistingGrant: async (ctx) => {
    const grant = new provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    })
    grant.addOIDCScope('openid profile email groups offline_access')
    await grant.save()
    return grant
  },
  fetch: async (url, options) => {
    // Its own guard refuses the loopback, where the service under test is.
    if (setup.is_live) return fetch(url, { ...options, dispatcher: undefined })
    posted.push(new URLSearchParams(options.body).get('logout_token'))
    return new Response(null, { status: 200 })
  },
})

provider.use(async (ctx, next) => {
  await next()
  const { pathname } = new URL(ctx.href)
  if (pathname === '/token' && told.token && ctx.body?.id_token) {
    const claims = JSON.parse(Buffer.from(ctx.body.id_token.split('.')[1], 'base64url'))
    ctx.body.id_token = await signed(claims, told.token)
  }
  if (pathname === '/me' && told.user) Object.assign(ctx.body, told.user)
})
provider.on('authorization.success', (ctx) => {
  if (ctx.oidc.session) sids.set(ctx.oidc.session.accountId, ctx.oidc.session.sidFor('citizenreport'))
})
provider.on('server_error', (_, error) => console.error(error))
server.on('request', provider.callback())

async function signed(claims, { set = {}, drop = [], alg = 'RS256', by = 'own', typ }) {
  const said = { ...claims, ...set }
  for (const name of drop) delete said[name]
  const header = { alg, ...(typ && { typ }), ...(alg === 'RS256' && { kid: 'one' }) }
  if (alg === 'none') {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part(header)}.${part(said)}.`
  }
  const key = { own: privateKey, stranger: stranger.privateKey }[by] ?? Buffer.from(setup.secret)
  return new SignJWT(said).setProtectedHeader(header).sign(key)
}

const acts = {
  account: ({ id, claims }) => void accounts.set(id, claims),
  forget: ({ id }) => void accounts.delete(id),
  lie: ({ token = null, user = null }) => void Object.assign(told, { token, user }),
  sid: ({ id }) => sids.get(id) ?? null,
  // What the provider does by itself when somebody's session there is ended.
  sign_off: async ({ id }) => {
    const client = await provider.Client.find('citizenreport')
    try {
      await client.backchannelLogout(id, sids.get(id))
    } catch (error) {
      return `refused: ${error.message} ${error.cause ?? ''}`
    }
    return posted.pop() ?? null
  },
  sign: ({ claims, ...how }) => signed(claims, how),
}
// The provider prints notices of its own.
const say = (value) => console.log(`told ${JSON.stringify(value)}`)
say({ issuer })
for await (const line of createInterface({ input: process.stdin })) {
  const { act, ...given } = JSON.parse(line)
  say({ answer: (await acts[act](given)) ?? null })
}
process.exit(0)
