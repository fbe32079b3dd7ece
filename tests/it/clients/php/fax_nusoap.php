<?php
// Sends faxes with NuSOAP, and prints what the service answers.
// Arguments: address of the description, user, password, PDF, text, chunk size, "image" if there
// can be one.

require __DIR__ . '/faxes.php';
require __DIR__ . '/modern_nusoap.php';
load_nusoap();

[, $wsdl, $user, $password, $pdf, $text, $chunk_size, $image] = $argv;

$service = new nusoap_client($wsdl, true);
// Texts are UTF-8 here, and are to stay it.
$service->soap_defencoding = 'UTF-8';
$service->decode_utf8 = false;

$call = function (string $operation, array $parameters) use ($service): array {
    $answer = $service->call($operation, $parameters);
    if ($service->getError() !== false) {
        exit("$operation: " . $service->getError() . "\n" . $service->response);
    }
    return $answer;
};
// NuSOAP leaves base64 to the program.
$faxes = new Faxes($call, base64_encode(...), base64_decode(...), $user, $password);
$faxes->tell($pdf, $text, (int) $chunk_size, $image === 'image');
