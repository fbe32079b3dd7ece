// Sends faxes with node-soap, and prints what the service answers.
// Arguments: SOAP version, address of the description, user, password, PDF, text, chunk size,
// "image" if there can be one.

const fs = require('fs');
const soap = require('soap');

const [version, wsdl, user, password, pdfFile, textFile, chunkSize, image] = process.argv.slice(2);
const NUMBER = '+1-212-5550100';
const DAY = 24 * 60 * 60 * 1000;

// node-soap makes an empty element of a Date.
const inDays = (days) => new Date(Date.now() + days * DAY).toISOString();
// An array without items is null.
const items = (array, name) => (array ? array[name] : []);

async function main() {
  const client = await soap.createClientAsync(wsdl, { forceSoap12Headers: version === '1.2' });
  const service = client.InterFax[version === '1.2' ? 'InterFaxSoap12' : 'InterFaxSoap'];
  const answer = (operation, parameters) => new Promise((resolve, reject) => {
    service[operation](parameters, (error, result) => (error ? reject(error) : resolve(result)));
  });
  let secret = password;
  const call = (operation, parameters) => answer(operation, { Username: user, Password: secret, ...parameters });
  const result = async (operation, parameters) => (await call(operation, parameters))[`${operation}Result`];

  console.log('types', (await answer('GetSupportedFileTypes', {})).GetSupportedFileTypesResult);
  for (const type of ['PDF', 'XYZ']) {
    console.log(type, (await answer('IsSupportedFileType', { FileType: type })).IsSupportedFileTypeResult);
  }
  console.log(-1062, (await answer('GetErrorDescription', { code: -1062 })).GetErrorDescriptionResult);
  const codes = await answer('GetAllErrorCodes', {});
  console.log('codes', items(codes.GetAllErrorCodesResult, 'ErrorMessage').length);

  // The documents, one after another in one upload.
  const pdf = fs.readFileSync(pdfFile);
  const text = fs.readFileSync(textFile);
  const documents = Buffer.concat([pdf, text]);
  const session = (await call('StartFileUpload', {})).SessionID;
  for (let from = 0; from < documents.length; from += Number(chunkSize)) {
    const chunk = documents.subarray(from, from + Number(chunkSize));
    // node-soap leaves base64 to the program.
    const parameters = {
      SessionID: session,
      Chunk: chunk.toString('base64'),
      IsLast: from + chunk.length === documents.length,
    };
    console.log('total', (await answer('UploadFileChunk', parameters)).UploadFileChunkResult);
  }

  // node-soap sends parameters in the order in which they stand here.
  const submit = () => result('SendfaxEx_2', {
    FaxNumbers: NUMBER,
    Contacts: 'Ann',
    FileTypes: 'PDF;TXT',
    FileSizes: `${pdf.length};${text.length}/sessionID=${session}`,
    Postpone: inDays(-1),
    RetriesToPerform: 2,
    CSID: '+49 30 1234567',
    JobID: '4711',
    Subject: 'Angebot für März',
    PageSize: 'A4',
    PageOrientation: 'Portrait',
    IsHighResolution: true,
    IsFineRendering: false,
  });
  const fax = await submit();
  console.log('fax', fax);
  console.log('same session', await submit());

  // LastTransactionID itself is not listed.
  const status = (operation) => call(operation, { LastTransactionID: Number(fax) + 1, MaxItems: 1 });
  const deadline = Date.now() + 10000;
  let polled;
  let item;
  do {
    await new Promise((resolve) => setTimeout(resolve, 50));
    polled = await status('FaxStatus');
    [item] = polled.FaxStatusResult.FaxItem;
  } while (item.Status !== 0 && Date.now() < deadline);
  console.log(`status ${item.Status}, ${item.PagesSent} pages to ${item.DestinationFax}, `
    + `result ${polled.ResultCode}, ${polled.ListSize} listed`);
  console.log('subject', item.Subject);

  [item] = (await status('FaxStatusEx')).FaxStatusExResult.FaxItemEx;
  console.log(`details ${item.Contact}, ${item.JobID}, ${item.SenderCSID}, ${item.RemoteCSID}, `
    + `${item.PageSize}, trial ${item.TrialsPerformed}`);

  const query = (verb, id) => call('FaxQuery', { Verb: verb, VerbData: String(id), MaxItems: 10 });
  const queried = await query('EQ', fax);
  let found = queried.FaxQueryResult.FaxItemEx;
  console.log(`query ${queried.ResultCode}, ${found.length} listed, ${found[0].Duration} s, ${Number(found[0].Units)} units`);
  console.log('submitted', Math.floor(found[0].SubmitTime.getTime() / 1000));

  const searched = await result('FaxQuery2', {
    QueryForm: { TransactionID: { Verb: 'Equals', VerbData: String(fax) } },
    QueryControl: { NumOfResults: 10, ReturnItems: true, ReturnStats: true },
  });
  found = searched.FaxItems.FaxItemEx2;
  const [stats] = searched.Stats.StatusCount;
  console.log(`search ${searched.ResultCode}, ${found.length} listed, ${found[0].NumOfTransactions} in batch, `
    + `${stats.Count} of status ${stats.Status}, ${searched.TotalTransactionsNum} in all`);

  const xml = (await status('FaxStatusXML')).FaxStatusXMLResult;
  const field = (name) => xml.match(`<${name}>(.*)</${name}>`)[1];
  console.log('xml', field('TransactionID'), field('Subject'));

  const inline = text.toString('base64');
  console.log('inline', await result('Sendfax', { FaxNumber: NUMBER, FileData: inline, FileType: 'TXT' }));
  console.log('text', await result('SendCharFax', { FaxNumber: NUMBER, Data: text.toString('utf8'), FileType: 'TXT' }));

  const batch = await result('SendfaxEx_2', {
    FaxNumbers: '+1-212-5550101;+1-212-5550102;+1-212-5550103',
    FilesData: inline,
    FileTypes: 'TXT',
    FileSizes: String(text.length),
    Postpone: inDays(1),
  });
  console.log('batch', batch);
  found = (await query('PARENT', batch)).FaxQueryResult.FaxItemEx;
  const [one] = found;
  const hours = Math.round((one.PostponeTime.getTime() - Date.now()) / (60 * 60 * 1000));
  console.log(`batch of ${found.length}, completed in year ${one.CompletionTime.getFullYear()}, postponed by ${hours} h`);
  console.log('cancel batch', await result('CancelBatch', { ParentTransactionID: batch }));
  console.log('cancel again', await result('CancelFax', { TransactionID: one.TransactionID }));
  [item] = (await query('EQ', one.TransactionID)).FaxQueryResult.FaxItemEx;
  console.log('cancelled with status', item.Status);

  if (image === 'image') {
    const tiff = Buffer.from((await call('GetFaxImage', { TransactionID: fax })).Image, 'base64');
    console.log(`image ${tiff.subarray(0, 4).toString('hex')}, ${tiff.length} bytes`);
  }
  console.log('hide', await result('HideFax', { TransactionID: fax }));
  const hidden = await status('FaxStatus');
  console.log(`hidden, ${items(hidden.FaxStatusResult, 'FaxItem').length} listed`);
  console.log('again', await result('ReSendFax', { TransactionID: fax, FaxNumber: '+49 30 5550199' }));

  secret += ' ';
  const refused = await status('FaxStatus');
  console.log(`wrong password ${await submit()}, status ${refused.ResultCode}`);
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
