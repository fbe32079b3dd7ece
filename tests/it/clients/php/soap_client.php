<?php
// Uploads a document with PHP's SoapClient, and prints what the service answers.
// Arguments: SOAP version, address of the description, user, password, document, chunk size.

[, $version, $wsdl, $user, $password, $document, $chunk_size] = $argv;

$service = new SoapClient($wsdl, [
    'soap_version' => $version === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'keep_alive' => true,
]);

function start(SoapClient $service, string $user, string $password): object
{
    return $service->StartFileUpload(['Username' => $user, 'Password' => $password]);
}

function upload(SoapClient $service, string $session, ?string $chunk, bool $is_last): int
{
    // SoapClient encodes base64 itself.
    $parameters = ['SessionID' => $session, 'IsLast' => $is_last];
    if ($chunk !== null) {
        $parameters['Chunk'] = $chunk;
    }
    return $service->UploadFileChunk($parameters)->UploadFileChunkResult;
}

function cancel(SoapClient $service, string $session): int
{
    return $service->CancelFileUpload(['SessionID' => $session])->CancelFileUploadResult;
}

$refused = start($service, $user, $password . ' ');
$without = property_exists($refused, 'SessionID') ? 'a session' : 'no session';
echo "wrong password $refused->StartFileUploadResult $without\n";

$started = start($service, $user, $password);
$session = $started->SessionID;
echo "start $started->StartFileUploadResult\nsession $session\n";
echo 'missing chunk ', upload($service, $session, null, false), "\n";

$chunks = str_split(file_get_contents($document), (int) $chunk_size);
foreach ($chunks as $index => $chunk) {
    $is_last = $index === count($chunks) - 1;
    echo 'total ', upload($service, $session, $chunk, $is_last), "\n";
}
echo 'after the last ', upload($service, $session, 'more', false), "\n";

$other = start($service, $user, $password);
echo "start $other->StartFileUploadResult\n";
echo 'cancel ', cancel($service, $other->SessionID), "\n";
echo 'cancel again ', cancel($service, $other->SessionID), "\n";
