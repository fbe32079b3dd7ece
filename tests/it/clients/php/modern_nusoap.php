<?php
// Loads NuSOAP 0.9.5, written for PHP 4 and 5, into today's PHP: a method named like its class is
// no longer a constructor. Nothing that goes over the wire is touched.

function load_nusoap(): void
{
    $source = file_get_contents('nusoap/nusoap.php', true);
    preg_match_all('/^class (\w+)/m', $source, $classes);
    foreach ($classes[1] as $class) {
        $source = preg_replace("/function $class\(/i", 'function __construct(', $source);
        $source = preg_replace("/parent::$class\(/i", 'parent::__construct(', $source);
    }
    // It reports today's deprecations of its own code on standard output, among the results.
    error_reporting(E_ALL & ~E_DEPRECATED & ~E_NOTICE & ~E_WARNING);
    eval('?>' . $source);
}
