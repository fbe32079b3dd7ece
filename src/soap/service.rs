//! What a protocol implements.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio::io::AsyncBufRead;

use super::{Contract, Fault, Operation, Parameters, ReadError, Reply};

/// The operations of one SOAP service.
///
/// An operation is read and run in two phases, because the parameters stream by: document data
/// may be staged while the envelope is still arriving, but only an envelope that was closed and
/// well formed to its last byte may take effect.
#[expect(
    async_fn_in_trait,
    reason = "a request is served on the thread that accepted it; its future need not be Send"
)]
pub trait Service {
    /// An operation with its parameters read. Dropped without a run if the envelope turns out
    /// to be malformed.
    type Call;

    /// What the service offers.
    fn contract(&self) -> &'static Contract;

    /// Phase 1: reads the parameters of `operation`, which is one of the
    /// [`contract`](Self::contract)'s. Nothing may take effect yet. Parameters it does not ask
    /// for are passed over.
    async fn read<R: AsyncBufRead + Unpin>(
        &self,
        operation: &'static Operation,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self::Call, ReadError>;

    /// Phase 2: does what was asked. Business errors are replies; a fault is for what the
    /// protocol cannot express.
    async fn run(&self, call: Self::Call) -> Result<Reply, Fault>;

    /// What is answered when `operation` has panicked: it is not known what it did.
    fn panicked(&self, operation: &'static Operation) -> Result<Reply, Fault> {
        let _ = operation;
        Err(Fault::server("Server was unable to process request."))
    }
}

/// Runs a call. A panic costs its answer, and nothing else: unwound through the connection, it would
/// leave the client without one.
pub(super) async fn run<S: Service>(
    service: &S,
    operation: &'static Operation,
    call: S::Call,
) -> Result<Reply, Fault> {
    let ran = AssertUnwindSafe(service.run(call)).catch_unwind().await;
    ran.unwrap_or_else(|_logged| service.panicked(operation))
}
