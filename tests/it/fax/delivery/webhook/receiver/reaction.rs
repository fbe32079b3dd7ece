//! What happens to requests.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

use super::{
    desk::{Desk, act},
    request::read,
};

/// What happens to a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reaction {
    /// It is answered as it should be.
    #[default]
    Proper,
    /// The connection is closed before anything was read.
    CutAtOnce,
    /// ... after so many bytes of the request.
    CutAfter(usize),
    /// ... when all of it was read and acted upon.
    CutBeforeAnswer,
    /// ... in the middle of the answer.
    CutInAnswer,
    /// Nothing is read for so long, and then all is well.
    Deaf(Duration),
    /// It is acted upon, and answered after so long.
    Slow(Duration),
    /// It is read, and this is answered.
    Say(String),
    /// ... after so long.
    SlowSay(Duration, String),
    /// ... and the connection stays open.
    SayAndStay(String),
    /// ... with such a pause before each byte.
    Drip(String, Duration),
    /// It is acted upon, and this is answered.
    ActAndSay(String),
    /// This is answered when it has only begun.
    SayAtOnce(String),
}

/// An answer of HTTP.
pub fn http(status: u16, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Whatever\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Serves a port.
pub async fn serve(listener: TcpListener, desk: Arc<Mutex<Desk>>, tls: Option<TlsAcceptor>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let reaction = {
            let mut desk = desk.lock().expect("no panic");
            desk.connections += 1;
            let next = desk.reactions.pop();
            next.unwrap_or_else(|| desk.mood.as_mut().map(|it| it()).unwrap_or_default())
        };
        let (desk, tls) = (Arc::clone(&desk), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => answer(stream, &desk, reaction).await,
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => answer(stream, &desk, reaction).await,
                    Err(_) => None,
                },
            }
        });
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    desk: &Mutex<Desk>,
    reaction: Reaction,
) -> Option<()> {
    let said = match &reaction {
        Reaction::CutAtOnce => return None,
        Reaction::CutAfter(bytes) => {
            let mut read = vec![0; *bytes];
            let _ = stream.read_exact(&mut read).await;
            return None;
        }
        Reaction::SayAtOnce(said) => {
            let _begun = stream.read(&mut [0; 300]).await;
            stream.write_all(said.as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
            sleep(Duration::from_millis(200)).await;
            return None;
        }
        Reaction::Deaf(time) => {
            sleep(*time).await;
            act(&read(&mut stream).await?, desk)
        }
        Reaction::Say(said) => {
            note(&mut stream, desk).await?;
            said.clone()
        }
        Reaction::SlowSay(time, said) => {
            note(&mut stream, desk).await?;
            sleep(*time).await;
            said.clone()
        }
        Reaction::SayAndStay(said) => {
            note(&mut stream, desk).await?;
            stream.write_all(said.as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
            sleep(Duration::from_mins(1)).await;
            return None;
        }
        Reaction::Drip(said, pause) => {
            note(&mut stream, desk).await?;
            for byte in said.as_bytes() {
                sleep(*pause).await;
                stream.write_all(&[*byte]).await.ok()?;
            }
            String::new()
        }
        Reaction::ActAndSay(said) => {
            act(&read(&mut stream).await?, desk);
            said.clone()
        }
        Reaction::Slow(time) => {
            let said = act(&read(&mut stream).await?, desk);
            sleep(*time).await;
            said
        }
        Reaction::CutBeforeAnswer => {
            act(&read(&mut stream).await?, desk);
            return None;
        }
        Reaction::CutInAnswer => {
            let said = act(&read(&mut stream).await?, desk);
            said[..said.len() - 3].to_owned()
        }
        Reaction::Proper => act(&read(&mut stream).await?, desk),
    };
    stream.write_all(said.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// Reads a request without acting upon it.
async fn note<S: AsyncRead + Unpin>(stream: &mut S, desk: &Mutex<Desk>) -> Option<()> {
    let request = read(stream).await?;
    desk.lock().expect("no panic").requests.push(request);
    Some(())
}
