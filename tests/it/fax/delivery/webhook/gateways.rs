//! Gateways whose faxes go to a receiver.

use std::net::SocketAddr;

use chunkgate::settings::{DeliveryName, Secret, Settings};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    receiver::{Held, Receiver},
    signed::{SECRET, now, sign},
};
use crate::{
    fax::support::{gateway_with, send},
    support::{eventually::eventually, gateway::Gateway},
};

/// A gateway whose faxes go to a receiver.
pub async fn gateway(receiver: &Receiver) -> Gateway {
    changed_gateway(receiver, |_| {}).await
}

/// The same with `change`d settings.
pub async fn changed_gateway(receiver: &Receiver, change: impl FnOnce(&mut Settings)) -> Gateway {
    gateway_with(|settings| {
        settings.fax.delivery = DeliveryName::Webhook;
        settings.webhook.url = Some(receiver.url("/fax"));
        settings.webhook.cancel_url = Some(receiver.url("/cancel"));
        settings.webhook.secret = Some(Secret::new(SECRET));
        settings.webhook.allow_private = true;
        change(settings);
    })
    .await
}

/// Sends a fax; its number, its key, and what the receiver has of it.
pub async fn received(gateway: &Gateway, receiver: &Receiver, text: &str) -> (i64, String, Held) {
    let id = send(&mut gateway.client(), text).await;
    let (key, held) = eventually("fax at the receiver", async || {
        let mut faxes = receiver.faxes().into_iter();
        faxes.find(|(_, held)| i64::from(held.attempt.transaction.0) == id)
    })
    .await;
    (id, key, held)
}

/// Sends a message to a gateway's `/webhook/status` with these headers; status and body of the
/// answer.
pub async fn post(address: SocketAddr, headers: &str, message: &[u8]) -> (u16, Value) {
    let answer = try_post(address, headers, message).await;
    answer.expect("an answer")
}

/// The same with a gateway that may be away.
async fn try_post(address: SocketAddr, headers: &str, message: &[u8]) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let head = format!(
        "POST /webhook/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\
         Connection: close\r\n{headers}\r\n",
        message.len()
    );
    let request = [head.as_bytes(), message].concat();
    // It may be answered before it is read.
    let _ = stream.write_all(&request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).expect("text");
    let status = answer.split(' ').nth(1)?.parse().expect("a number");
    let (_, body) = answer.split_once("\r\n\r\n")?;
    Some((status, serde_json::from_str(body).ok()?))
}

/// Says something of the fax with this key to a gateway that may be away: the status of its answer.
pub async fn try_tell(address: SocketAddr, key: &str, mut status: Value) -> Option<u16> {
    status["key"] = key.into();
    let message = status.to_string();
    let signature = sign(SECRET, now(), message.as_bytes());
    let header = format!("Chunkgate-Signature: {signature}\r\n");
    let answer = try_post(address, &header, message.as_bytes()).await;
    answer.map(|(status, _)| status)
}

/// A signed message that is not older than that.
pub async fn post_signed(address: SocketAddr, message: &[u8]) -> (u16, Value) {
    let signature = sign(SECRET, now(), message);
    let header = format!("Chunkgate-Signature: {signature}\r\n");
    post(address, &header, message).await
}

/// Says something of the fax with this key, as its service does.
pub async fn tell(address: SocketAddr, key: &str, mut status: Value) -> (u16, Value) {
    status["key"] = key.into();
    post_signed(address, status.to_string().as_bytes()).await
}
