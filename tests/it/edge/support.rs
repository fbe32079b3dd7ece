//! Words that the edge's tests are written in.

use crate::support::{
    gateway::Gateway,
    request::{Request, chunk_element, session_element},
    soap::{Answer, Client},
};

/// A name that no session has.
pub const NO_SESSION: &str = "FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210";

/// A request that uploads a chunk.
pub fn chunk_request(session: &str, chunk: &[u8]) -> Request {
    let parameters = session_element(session) + &chunk_element(chunk);
    Request::soap_11("UploadFileChunk", &parameters)
}

/// The same with the chunk before the name of its session.
pub fn chunk_first_request(session: &str, chunk: &[u8]) -> Request {
    let parameters = chunk_element(chunk) + &session_element(session);
    Request::soap_11("UploadFileChunk", &parameters)
}

/// Asks the operators' port.
pub async fn ask_operator(gateway: &Gateway, target: &str) -> Answer {
    let mut client = Client::new(gateway.admin_address);
    client.send(&Request::get(target).bytes()).await
}

/// The value of a metric with exactly these labels, if it has been set.
pub async fn metric(gateway: &Gateway, name_and_labels: &str) -> Option<f64> {
    let page = ask_operator(gateway, "/metrics").await.body;
    let value = page
        .lines()
        .find_map(|line| line.strip_prefix(name_and_labels)?.strip_prefix(' '))?;
    Some(value.parse().expect("a number"))
}

/// Bytes the session has received.
pub async fn received(gateway: &Gateway, session: &str) -> u64 {
    use chunkgate::engine::{repository::SessionName, session::SessionKey};
    let name = SessionName::Key(SessionKey::of(session));
    let status = gateway.repository.status(name).await;
    status
        .expect("the database answers")
        .expect("a session")
        .received
}

/// Whether the answer is 503 and says when to come again.
pub fn is_busy(answer: &Answer) -> bool {
    if answer.status != 503 {
        return false;
    }
    let head = answer.head.to_ascii_lowercase();
    assert!(head.contains("\r\nretry-after: "), "{head}");
    true
}

/// Whether the gateway says that it closes the connection.
pub fn closes(answer: &Answer) -> bool {
    answer
        .head
        .to_ascii_lowercase()
        .contains("\r\nconnection: close\r\n")
}
