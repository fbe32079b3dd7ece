<?php
// Uploads a document with NuSOAP, and prints what the service answers.
// Arguments: address of the description, user, password, document, chunk size.

[, $wsdl, $user, $password, $document, $chunk_size] = $argv;

require __DIR__ . '/modern_nusoap.php';
load_nusoap();
$service = new nusoap_client($wsdl, true);

function call(nusoap_client $service, string $operation, array $parameters): array
{
    $answer = $service->call($operation, $parameters);
    if ($service->getError() !== false) {
        exit("$operation: " . $service->getError() . "\n" . $service->response);
    }
    return $answer;
}

function start(nusoap_client $service, string $user, string $password): array
{
    return call($service, 'StartFileUpload', ['Username' => $user, 'Password' => $password]);
}

function upload(nusoap_client $service, string $session, ?string $chunk, bool $is_last): string
{
    $parameters = ['SessionID' => $session, 'IsLast' => $is_last];
    if ($chunk !== null) {
        // NuSOAP leaves base64 to the program.
        $parameters['Chunk'] = base64_encode($chunk);
    }
    return call($service, 'UploadFileChunk', $parameters)['UploadFileChunkResult'];
}

function cancel(nusoap_client $service, string $session): string
{
    return call($service, 'CancelFileUpload', ['SessionID' => $session])['CancelFileUploadResult'];
}

$refused = start($service, $user, $password . ' ');
$without = isset($refused['SessionID']) ? 'a session' : 'no session';
echo "wrong password {$refused['StartFileUploadResult']} $without\n";

$started = start($service, $user, $password);
$session = $started['SessionID'];
echo "start {$started['StartFileUploadResult']}\nsession $session\n";
echo 'missing chunk ', upload($service, $session, null, false), "\n";

$chunks = str_split(file_get_contents($document), (int) $chunk_size);
foreach ($chunks as $index => $chunk) {
    $is_last = $index === count($chunks) - 1;
    echo 'total ', upload($service, $session, $chunk, $is_last), "\n";
}
echo 'after the last ', upload($service, $session, 'more', false), "\n";

$other = start($service, $user, $password);
echo "start {$other['StartFileUploadResult']}\n";
echo 'cancel ', cancel($service, $other['SessionID']), "\n";
echo 'cancel again ', cancel($service, $other['SessionID']), "\n";
