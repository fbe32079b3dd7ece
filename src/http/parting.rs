//! The last words on a connection that HTTP is not going to be spoken on.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, sink};

/// How much of the client's request is read so that it can see the answer, in bytes.
const READ_BESIDE: u64 = 64 * 1024;

/// Sends `answer`, a whole HTTP answer, and ends the connection. What waits has to be limited by
/// the caller: this reads until the client has closed its end, too.
///
/// # Errors
/// If the client is gone.
pub async fn part<S>(mut stream: S, answer: &[u8]) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(answer).await?;
    stream.shutdown().await?;
    // Closing a connection with unread bytes can destroy the answer.
    copy(&mut stream.take(READ_BESIDE), &mut sink()).await?;
    Ok(())
}
