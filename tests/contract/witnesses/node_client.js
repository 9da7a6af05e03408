// Lends node-quickbooks to a test: one call a line in, [method, ...arguments], one answer a line out.
const QuickBooks = require('node-quickbooks');

const base = process.env.EMULATOR_URL;
QuickBooks.V3_ENDPOINT_BASE_URL = base + '/v3/company/';
QuickBooks.TOKEN_URL = base + '/oauth2/v1/tokens/bearer';
QuickBooks.REVOKE_URL = base + '/v2/oauth2/tokens/revoke';

const settings = JSON.parse(process.env.EMULATOR_SETTINGS);
const client = new QuickBooks(
  settings.client_id, settings.client_secret, 'no token yet', false, settings.realm_id,
  true, false, null, '2.0', settings.refresh_token);

function shown(data) {
  if (Buffer.isBuffer(data)) return { bytes: data.toString('base64') };
  // Revoking hands over the whole response instead of its data.
  if (data && data.config && data.headers) return shown(data.data);
  return data === undefined ? null : data;
}

async function main() {
  for await (const line of require('readline').createInterface({ input: process.stdin })) {
    const [method, ...args] = JSON.parse(line);
    const answer = await new Promise((resolve) => {
      client[method](...args, (error, data, response) => resolve({
        failed: Boolean(error),
        status: response && response.status !== undefined ? response.status : null,
        data: shown(error && error.response ? error.response.data : data),
      }));
    });
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
}

main();
