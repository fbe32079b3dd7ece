<?php
// Sends faxes with PHP's SoapClient, and prints what the service answers.
// Arguments: SOAP version, address of the description, user, password, PDF, text, chunk size,
// "image" if there can be one.

require __DIR__ . '/faxes.php';

[, $version, $wsdl, $user, $password, $pdf, $text, $chunk_size, $image] = $argv;

$service = new SoapClient($wsdl, [
    'soap_version' => $version === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'keep_alive' => true,
    // An array of one item is an array, and not the item.
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
]);

/** Objects as arrays, all the way down. */
function fields(mixed $value): mixed
{
    $is_simple = !is_object($value) && !is_array($value);
    return $is_simple ? $value : array_map('fields', (array) $value);
}

$call = fn (string $operation, array $parameters) => fields($service->$operation($parameters));
// SoapClient encodes and decodes base64 itself.
$as_is = fn (string $bytes) => $bytes;
$faxes = new Faxes($call, $as_is, $as_is, $user, $password);
$faxes->tell($pdf, $text, (int) $chunk_size, $image === 'image');
