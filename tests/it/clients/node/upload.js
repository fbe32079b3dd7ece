// Uploads a document with node-soap, and prints what the service answers.
// Arguments: SOAP version, address of the description, user, password, document, chunk size.

const fs = require('fs');
const soap = require('soap');

const [version, wsdl, user, password, document, chunkSize] = process.argv.slice(2);

async function main() {
  const client = await soap.createClientAsync(wsdl, { forceSoap12Headers: version === '1.2' });
  const service = client.InterFax[version === '1.2' ? 'InterFaxSoap12' : 'InterFaxSoap'];
  const call = (operation, parameters) => new Promise((resolve, reject) => {
    service[operation](parameters, (error, result) => (error ? reject(error) : resolve(result)));
  });
  const start = (secret) => call('StartFileUpload', { Username: user, Password: secret });
  const upload = async (parameters) => (await call('UploadFileChunk', parameters)).UploadFileChunkResult;
  const cancel = async (session) => (await call('CancelFileUpload', { SessionID: session })).CancelFileUploadResult;

  const refused = await start(password + ' ');
  console.log('wrong password', refused.StartFileUploadResult, refused.SessionID ? 'a session' : 'no session');

  const started = await start(password);
  const session = started.SessionID;
  console.log('start', started.StartFileUploadResult);
  console.log('session', session);
  console.log('missing chunk', await upload({ SessionID: session, IsLast: false }));

  const content = fs.readFileSync(document);
  for (let from = 0; from < content.length; from += Number(chunkSize)) {
    const chunk = content.subarray(from, from + Number(chunkSize));
    const isLast = from + chunk.length === content.length;
    // node-soap leaves base64 to the program.
    const total = await upload({ SessionID: session, Chunk: chunk.toString('base64'), IsLast: isLast });
    console.log('total', total);
  }
  const more = Buffer.from('more').toString('base64');
  console.log('after the last', await upload({ SessionID: session, Chunk: more, IsLast: false }));

  const other = await start(password);
  console.log('start', other.StartFileUploadResult);
  console.log('cancel', await cancel(other.SessionID));
  console.log('cancel again', await cancel(other.SessionID));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
