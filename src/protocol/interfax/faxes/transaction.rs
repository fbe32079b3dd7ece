//! What the operations on one transaction or batch have in common.

use tokio::io::AsyncBufRead;

use crate::{
    fax::{FaxError, Submitted, item::TransactionId},
    soap::{Operation, Parameters, ReadError, Reply},
};

use super::{
    super::Exchange, cancel_batch, cancel_fax, hide_batch, hide_fax, log_in::LogIn,
    resend_broadcast_fax, resend_fax,
};

/// A call that names a transaction, and what else it says.
#[derive(Default)]
pub struct OnTransaction {
    log_in: LogIn,
    id: i64,
    number: String,
    subject: String,
    only_failed: bool,
}

impl OnTransaction {
    pub async fn read<R: AsyncBufRead + Unpin>(
        operation: &'static Operation,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let names = operation.parameter_names();
        let mut call = Self::default();
        while let Some(name) = parameters.next(&names).await? {
            if call.log_in.take(name, parameters).await? {
                continue;
            }
            match name {
                "FaxNumber" => call.number = parameters.string().await?,
                "Subject" => call.subject = parameters.string().await?,
                "SendErrorsOnly" => call.only_failed = parameters.boolean().await?,
                _ if operation.result == crate::soap::Type::Int => {
                    call.id = parameters.int().await?.into();
                }
                _ => call.id = parameters.long().await?,
            }
        }
        Ok(call)
    }

    pub async fn run(self, operation: &'static Operation, exchange: &Exchange<'_>) -> Reply {
        let reply = Reply::new(operation.name);
        match operation.name {
            name if name == resend_fax::OPERATION.name => {
                let resent = self.resend(exchange).await;
                reply.result_long(exchange.submitted(resent))
            }
            name if name == resend_broadcast_fax::OPERATION.name => {
                let resent = self.resend_batch(exchange).await;
                reply.result_long(exchange.submitted(resent))
            }
            name => {
                let changed = self.change(name, exchange).await;
                reply.result_int(exchange.done(changed))
            }
        }
    }

    async fn change(self, name: &str, exchange: &Exchange<'_>) -> Result<(), FaxError> {
        let id = self.id();
        let account = self.log_in.account(exchange).await?;
        let faxes = exchange.faxes;
        if name == cancel_fax::OPERATION.name {
            faxes.cancel(&account, id).await
        } else if name == cancel_batch::OPERATION.name {
            faxes.cancel_batch(&account, id).await
        } else if name == hide_fax::OPERATION.name {
            faxes.hide(&account, id).await
        } else if name == hide_batch::OPERATION.name {
            faxes.hide_batch(&account, id).await
        } else {
            unreachable!("{name} does not change a transaction")
        }
    }

    async fn resend(self, exchange: &Exchange<'_>) -> Result<Submitted, FaxError> {
        let id = self.id();
        let account = self.log_in.account(exchange).await?;
        exchange
            .as_client(async |client| {
                exchange
                    .faxes
                    .resend(&account, id, &self.number, client)
                    .await
            })
            .await
    }

    async fn resend_batch(self, exchange: &Exchange<'_>) -> Result<Submitted, FaxError> {
        let id = self.id();
        let account = self.log_in.account(exchange).await?;
        exchange
            .as_client(async |client| {
                exchange
                    .faxes
                    .resend_batch(&account, id, &self.subject, self.only_failed, client)
                    .await
            })
            .await
    }

    /// A number that no transaction can have stands for none.
    fn id(&self) -> TransactionId {
        TransactionId(i32::try_from(self.id).unwrap_or_default())
    }
}
