#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| chunkgate_fuzz::xml::check(input));
