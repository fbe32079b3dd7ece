//! -1063: all chunks together have more than 20 MiB, decoded.

use crate::support::gateway::Gateway;

use super::support::{MIB, document, holds};

#[tokio::test]
async fn twenty_mebibytes_are_taken_and_one_byte_more_is_1063() {
    let gateway = Gateway::start().await;
    let mut client = gateway.client();
    let session = client.start().await;
    let document = document(20 * MIB);
    for (index, chunk) in document[..18 * MIB].chunks(3 * MIB).enumerate() {
        let total = i64::try_from((index + 1) * 3 * MIB).unwrap();
        assert_eq!(client.chunk(&session, chunk, false).await, total);
    }
    let rest = &document[18 * MIB..];
    let too_much = [rest, b"!"].concat();
    assert_eq!(client.chunk(&session, &too_much, true).await, -1063);
    assert_eq!(client.chunk(&session, rest, false).await, 20_971_520);
    assert_eq!(client.chunk(&session, b"!", true).await, -1063);
    assert!(holds(&gateway, &session, &document).await);
    gateway.stop().await;
}
