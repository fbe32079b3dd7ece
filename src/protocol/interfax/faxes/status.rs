//! What the three operations that ask for the status of faxes have in common.
//!
//! `LastTransactionID` is an upper bound that is not included; 999999999 stands for all.

use tokio::io::AsyncBufRead;

use crate::{
    fax::{FaxError, Polled, item::TransactionId},
    soap::{Operation, Parameter, Parameters, ReadError, Reply, Type, Value, to_xml},
};

use super::{
    super::{Exchange, codes},
    fax_status, fax_status_ex,
    items::{fax_item, fax_item_ex, int},
    log_in::{LogIn, PASSWORD, USERNAME},
};

/// The parameters of all three.
pub const PARAMETERS: &[Parameter] = &[
    USERNAME,
    PASSWORD,
    Parameter::new("LastTransactionID", Type::Int).example("999999999"),
    Parameter::new("MaxItems", Type::Int).example("10"),
    Parameter::by_ref("TotalCount", Type::Int),
    Parameter::by_ref("ListSize", Type::Int),
    Parameter::by_ref("ResultCode", Type::Int),
];

#[derive(Default)]
pub struct Status {
    log_in: LogIn,
    last: i32,
    most: i32,
    // `ref` parameters: what came in goes out again, unless something is put there.
    total: i32,
    size: i32,
}

impl Status {
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
            let value = parameters.int().await?;
            match name {
                "LastTransactionID" => call.last = value,
                "MaxItems" => call.most = value,
                "TotalCount" => call.total = value,
                "ListSize" => call.size = value,
                _ => {}
            }
        }
        Ok(call)
    }

    pub async fn run(self, operation: &'static Operation, exchange: &Exchange<'_>) -> Reply {
        let (mut total, mut size) = (self.total, self.size);
        let reply = Reply::new(operation.name);
        let (reply, code) = match self.poll(exchange).await {
            Ok(polled) => {
                (total, size) = (int(polled.total), int(polled.items.len()));
                let result = result(operation, &polled);
                (reply.with_result(result), exchange.success(0))
            }
            Err(error) => (reply, exchange.fax_failure(&error)),
        };
        reply
            .ref_int("TotalCount", total)
            .ref_int("ListSize", size)
            .ref_int("ResultCode", code)
    }

    async fn poll(self, exchange: &Exchange<'_>) -> Result<Polled, FaxError> {
        let (last, most) = (TransactionId(self.last), codes::most_items(self.most));
        let account = self.log_in.account(exchange).await?;
        exchange.faxes.poll(&account, last, most).await
    }
}

fn result(operation: &'static Operation, polled: &Polled) -> Value {
    let items = polled.items.iter();
    if operation.name == fax_status::OPERATION.name {
        return Value::array("FaxItem", items.map(fax_item));
    }
    let items = Value::array("FaxItemEx", items.map(fax_item_ex));
    if operation.name == fax_status_ex::OPERATION.name {
        return items;
    }
    // Deviation: the form of the original's text is not public; this is that of FaxStatusEx
    // (`fax::statuses`).
    Value::Text(to_xml("ArrayOfFaxItemEx", items))
}
