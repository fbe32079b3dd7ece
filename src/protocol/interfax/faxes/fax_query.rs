//! `FaxQuery`: the faxes whose numbers meet a condition.

use tokio::io::AsyncBufRead;

use crate::{
    fax::{
        FaxError,
        item::{FaxItem, TransactionId},
        query::FaxFilter,
    },
    soap::{Operation, Parameter, Parameters, ReadError, Reply, Type, Value},
};

use super::{
    super::{Exchange, codes, types::ARRAY_OF_FAX_ITEM_EX},
    items::fax_item_ex,
    log_in::{LogIn, PASSWORD, USERNAME},
};

pub const OPERATION: Operation = Operation {
    name: "FaxQuery",
    about: "Lists the newest faxes that Verb and VerbData select, with their details.",
    parameters: &[
        USERNAME,
        PASSWORD,
        Parameter::new("Verb", Type::String).example("GE"),
        Parameter::new("VerbData", Type::String).example("1"),
        Parameter::new("MaxItems", Type::Int).example("10"),
        Parameter::by_ref("ResultCode", Type::Int),
    ],
    result: Type::Array(&ARRAY_OF_FAX_ITEM_EX),
};

/// Numbers in one list at most.
const LONGEST_LIST: usize = 1000;

#[derive(Default)]
pub struct FaxQuery {
    log_in: LogIn,
    verb: String,
    data: String,
    most: i32,
}

impl FaxQuery {
    pub async fn read<R: AsyncBufRead + Unpin>(
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let names = OPERATION.parameter_names();
        let mut call = Self::default();
        while let Some(name) = parameters.next(&names).await? {
            if call.log_in.take(name, parameters).await? {
                continue;
            }
            match name {
                "Verb" => call.verb = parameters.string().await?,
                "VerbData" => call.data = parameters.string().await?,
                "MaxItems" => call.most = parameters.int().await?,
                _ => {
                    parameters.int().await?;
                }
            }
        }
        Ok(call)
    }

    pub async fn run(self, exchange: &Exchange<'_>) -> Reply {
        let reply = Reply::new(OPERATION.name);
        let (reply, code) = match self.find(exchange).await {
            Ok(Some(items)) => {
                let items = Value::array("FaxItemEx", items.iter().map(fax_item_ex));
                (reply.with_result(items), exchange.success(0))
            }
            Ok(None) => {
                let code = exchange.refused(codes::BAD_QUERY, "the verb or its data make no sense");
                (reply, i32::try_from(code).unwrap_or(codes::BAD_QUERY))
            }
            Err(error) => (reply, exchange.fax_failure(&error)),
        };
        reply.ref_int("ResultCode", code)
    }

    /// `None` if the verb or its data make no sense.
    async fn find(self, exchange: &Exchange<'_>) -> Result<Option<Vec<FaxItem>>, FaxError> {
        let account = self.log_in.account(exchange).await?;
        let Some(filter) = filter(&self.verb, &self.data) else {
            return Ok(None);
        };
        let most = codes::most_items(self.most);
        exchange.faxes.list(&account, &filter, most).await.map(Some)
    }
}

/// What a verb and its data select.
fn filter(verb: &str, data: &str) -> Option<FaxFilter> {
    let data = data.trim();
    let one = || number(data);
    let all = FaxFilter::default();
    let at_least = |id| FaxFilter {
        first: Some(id),
        ..FaxFilter::default()
    };
    let at_most = |id| FaxFilter {
        last: Some(id),
        ..FaxFilter::default()
    };
    Some(match verb.trim().to_ascii_uppercase().as_str() {
        "PARENT" => FaxFilter {
            batch: Some(one()?),
            ..all
        },
        "ACTIVE" if data.is_empty() => FaxFilter {
            only_active: true,
            ..all
        },
        "GT" => at_least(next(one()?)),
        "GE" => at_least(one()?),
        "LT" => at_most(before(one()?)),
        "LE" => at_most(one()?),
        "EQ" => FaxFilter {
            among: Some(vec![one()?]),
            ..all
        },
        "BETWEEN" => {
            let (first, last) = data.split_once(',')?;
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return None;
            }
            FaxFilter {
                first: Some(first),
                last: Some(last),
                ..all
            }
        }
        "IN" => {
            let ids: Vec<_> = data.split(',').map(number).collect::<Option<_>>()?;
            if ids.len() > LONGEST_LIST {
                return None;
            }
            FaxFilter {
                among: Some(ids),
                ..all
            }
        }
        _ => return None,
    })
}

fn number(text: &str) -> Option<TransactionId> {
    let number = text.trim().parse().ok().filter(|number| *number >= 0);
    number.map(TransactionId)
}

fn next(id: TransactionId) -> TransactionId {
    TransactionId(id.0.saturating_add(1))
}

fn before(id: TransactionId) -> TransactionId {
    TransactionId(id.0.saturating_sub(1))
}
