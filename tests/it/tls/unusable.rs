//! What `serve` refuses, with the setting to mend.

use std::fs;

use crate::cli::support::{program, run};

use super::support::{Authority, LONG};

/// Starts `serve`, and asks `check-config`, with these files: both must fail.
fn refused(certificate: &str, key: &str, says: &str) {
    let folder = tempfile::tempdir().unwrap();
    for command in ["serve", "check-config"] {
        let mut refused = program(&[command]);
        refused
            .arg("--data-dir")
            .arg(folder.path())
            .env("CHUNKGATE__SERVER__LISTEN", "127.0.0.1:0")
            .env("CHUNKGATE__ADMIN__LISTEN", "127.0.0.1:0")
            .env("CHUNKGATE__TLS__LISTEN", "127.0.0.1:0")
            .env("CHUNKGATE__TLS__CERTIFICATE", certificate)
            .env("CHUNKGATE__TLS__KEY", key);
        run(&mut refused).ends_with(2).says(says);
    }
}

#[test]
fn files_that_cannot_be_served_are_named() {
    let (authority, other) = (Authority::new(LONG), Authority::new(LONG));
    let (certificate, key) = (authority.certificate(), authority.key());
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    refused(
        "/nowhere/chain.pem",
        key,
        "cannot read /nowhere/chain.pem (tls.certificate)",
    );
    refused(
        certificate,
        "/nowhere/key.pem",
        "cannot read /nowhere/key.pem (tls.key)",
    );
    refused(key, key, "(tls.certificate) holds no certificate");
    refused(certificate, certificate, "(tls.key) holds no private key");
    refused(
        certificate,
        other.key().to_str().unwrap(),
        "does not belong to tls.certificate",
    );
    fs::write(
        authority.key(),
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    )
    .unwrap();
    refused(certificate, key, "without a passphrase");
}

#[test]
fn one_file_alone_is_not_enough() {
    refused("/etc/chain.pem", "", "tls.key");
    refused("", "/etc/key.pem", "tls.certificate");
}
