//! Sending an answer and noticing whether somebody was there to take it.

use std::{
    any::Any,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use actix_web::{
    HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    },
};
use bytes::Bytes;
use tracing::warn;

use crate::{engine::AnswerReceipt, soap};

use super::Connection;

/// An answer's body that hands its receipt to the connection with its last byte.
///
/// Dropped before that, the answer counts as lost; and so it does if there is no connection to ask
/// what became of it.
///
/// A body that fails ends the connection: its length was promised, and what comes up to there is
/// less than that.
pub struct AnswerBody {
    body: soap::Body,
    length: u64,
    receipt: Option<Box<dyn AnswerReceipt>>,
    connection: Option<Arc<Connection>>,
}

impl AnswerBody {
    /// The body of an answer on `connection`.
    pub fn new(
        body: soap::Body,
        receipt: Option<Box<dyn AnswerReceipt>>,
        connection: Option<Arc<Connection>>,
    ) -> Self {
        Self {
            length: body.length(),
            body,
            receipt,
            connection,
        }
    }

    fn handed_over(&mut self) {
        if let (Some(receipt), Some(connection)) = (self.receipt.take(), &self.connection) {
            connection.carry(receipt);
        }
    }
}

impl MessageBody for AnswerBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, io::Error>>> {
        let this = self.get_mut();
        let next = ready!(this.body.poll_next(context));
        match &next {
            Ok(Some(_)) if this.body.length() == 0 => this.handed_over(),
            Ok(_) => {}
            Err(error) => {
                warn!("an answer breaks off, because its data could not be read: {error}");
                this.receipt = None;
            }
        }
        Poll::Ready(next.transpose())
    }
}

/// The HTTP answer of a SOAP response.
pub fn respond(
    response: soap::Response,
    receipt: Option<Box<dyn AnswerReceipt>>,
    connection: Option<Arc<Connection>>,
) -> HttpResponse {
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = HttpResponse::build(status);
    if let Some(content_type) = response.content_type {
        answer.insert_header((CONTENT_TYPE, HeaderValue::from_static(content_type)));
    }
    if let Some(cache_control) = response.cache_control {
        answer.insert_header((CACHE_CONTROL, HeaderValue::from_static(cache_control)));
    }
    answer.body(BoxBody::new(AnswerBody::new(
        response.body,
        receipt,
        connection,
    )))
}

/// `response`, together with the `body` of its request: if anything of that is still to come, the
/// connection ends with the response.
///
/// The server reads a dropped body in chunked coding to its end, however long that takes. One
/// that is still held ends the connection.
pub fn holding(response: HttpResponse, body: impl Any) -> HttpResponse {
    response.map_body(|_, answer| keeping(answer, body))
}

/// `answer`, which keeps `kept` until it is written or given up.
pub(super) fn keeping(answer: BoxBody, kept: impl Any) -> BoxBody {
    BoxBody::new(Keeping {
        answer,
        _kept: Box::new(kept),
    })
}

/// An answer's body that keeps something else until it is sent.
struct Keeping {
    answer: BoxBody,
    _kept: Box<dyn Any>,
}

impl MessageBody for Keeping {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().answer).poll_next(context)
    }
}

/// 503: too much at once; the same request may succeed in a moment.
pub fn busy() -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((RETRY_AFTER, HeaderValue::from_static("5")))
        .finish()
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        pin::Pin,
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
    };

    use super::{AnswerBody, AnswerReceipt, MessageBody};
    use crate::engine::Evidence;

    struct Slip(Arc<AtomicBool>);

    impl AnswerReceipt for Slip {
        fn written(&mut self, _: Arc<dyn Evidence>) {}

        fn delivered(self: Box<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn without_a_connection_to_ask_an_answer_is_lost() {
        let delivered = Arc::new(AtomicBool::default());
        let receipt = Box::new(Slip(Arc::clone(&delivered)));
        let mut body = AnswerBody::new("all of it".to_owned().into(), Some(receipt), None);
        while poll_fn(|context| Pin::new(&mut body).poll_next(context))
            .await
            .is_some()
        {}
        assert_eq!(Arc::strong_count(&delivered), 1, "the receipt is gone");
        assert!(!delivered.load(Ordering::Relaxed));
    }
}
