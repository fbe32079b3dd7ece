//! Header blocks are ignored unless they insist on being understood by us.

use chunkgate::soap::Version;

use super::support::{NAMESPACE, Served, post};

fn with_header(version: Version, header: &str) -> Served {
    let body = format!(
        "<s:Envelope xmlns:s='{}'>{header}<s:Body><StartFileUpload xmlns='{NAMESPACE}'/></s:Body></s:Envelope>",
        version.envelope()
    );
    let content_type = match version {
        Version::V11 => "text/xml",
        Version::V12 => "application/soap+xml",
    };
    post(Some(content_type), None, body)
}

#[test]
fn optional_blocks_are_ignored() {
    for header in [
        "",
        "<s:Header/>",
        "<s:Header><a xmlns='urn:a'><b s:mustUnderstand='1'/></a></s:Header>",
        "<s:Header><a s:mustUnderstand='0'/><b mustUnderstand='1'/></s:Header>",
        "<Header><a s:mustUnderstand='1'/></Header>",
    ] {
        for version in [Version::V11, Version::V12] {
            assert_eq!(with_header(version, header).status, 200, "{header}");
        }
    }
}

#[test]
fn mandatory_blocks_stop_the_call_before_it_runs() {
    for version in [Version::V11, Version::V12] {
        for value in ["1", "true"] {
            let header = format!(
                "<s:Header><a/><w:Security xmlns:w='urn:w' s:mustUnderstand='{value}'/></s:Header>"
            );
            let served = with_header(version, &header);
            assert_eq!(served.fault(), "SOAP header Security was not understood.");
            assert!(served.body.contains(">soap:MustUnderstand</"));
        }
    }
}

#[test]
fn blocks_for_other_nodes_are_ignored() {
    let elsewhere =
        "<s:Header><a s:mustUnderstand='1' s:actor='urn:proxy' s:role='urn:proxy'/></s:Header>";
    assert_eq!(with_header(Version::V11, elsewhere).status, 200);
    assert_eq!(with_header(Version::V12, elsewhere).status, 200);
    let next = "<s:Header><a s:mustUnderstand='1' s:actor='http://schemas.xmlsoap.org/soap/actor/next'/></s:Header>";
    assert_eq!(with_header(Version::V11, next).status, 500);
}
