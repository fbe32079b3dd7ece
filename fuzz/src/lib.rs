//! What the fuzz targets check. `make test` checks the same on `corpus`.

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/it/xml/support.rs"]
mod support;

#[path = "../oracles/base64.rs"]
pub mod base64;
#[path = "../oracles/encoding.rs"]
pub mod encoding;
#[path = "../oracles/envelope.rs"]
pub mod envelope;
#[path = "../oracles/form.rs"]
pub mod form;
#[path = "../oracles/header.rs"]
pub mod header;
#[path = "../oracles/recorder.rs"]
mod recorder;
#[path = "../oracles/xml.rs"]
pub mod xml;
