//! Operations with structures, arrays, words and data.

use std::io;

use bytes::Bytes;
use chunkgate::soap::{
    Array, Data, Enumeration, Field, Operation, Parameter, Parameters, ReadError, Reply, Structure,
    Type, Value,
};
use futures_util::stream;
use time::macros::datetime;
use tokio::io::AsyncBufRead;

pub const VERB: Enumeration = Enumeration {
    name: "Verb",
    values: &["Equals", "Like"],
};

const CONDITION: Structure = Structure {
    name: "Condition",
    fields: &[
        Field::new("Verb", Type::Enumeration(&VERB)),
        Field::new("VerbData", Type::String).example("a&b"),
    ],
    is_reference: false,
};

const FORM: Structure = Structure {
    name: "QueryForm",
    fields: &[
        Field::new("Subject", Type::Structure(&CONDITION)),
        Field::new("DateFrom", Type::DateTime),
        Field::new("Hidden", Type::Boolean),
        // As a parameter beside the structure.
        Field::new("Username", Type::String).example("another"),
    ],
    is_reference: false,
};

const CONTROL: Structure = Structure {
    name: "QueryControl",
    fields: &[
        Field::new("Most", Type::Short).example("10"),
        Field::new("Begin", Type::Long),
    ],
    is_reference: true,
};

const ITEM: Structure = Structure {
    name: "Item",
    fields: &[
        Field::new("Number", Type::Long).example("7"),
        Field::new("At", Type::DateTime),
        Field::new("Subject", Type::String),
        Field::new("Cost", Type::Decimal).example("0.05"),
    ],
    is_reference: false,
};

pub const ITEMS: Array = Array {
    name: "ArrayOfItem",
    item: "Item",
    of: &ITEM,
    nillable: false,
};

const FOUND: Structure = Structure {
    name: "Found",
    fields: &[
        Field::new("ResultCode", Type::Int),
        Field::new("Items", Type::Array(&ITEMS)),
        Field::new("Why", Type::String),
    ],
    is_reference: false,
};

const MESSAGE: Structure = Structure {
    name: "Message",
    fields: &[
        Field::new("Code", Type::Int).example("-1003"),
        Field::new("Text", Type::String),
    ],
    is_reference: true,
};

const ALL_MESSAGES: Array = Array {
    name: "ArrayOfMessage",
    item: "Message",
    of: &MESSAGE,
    nillable: true,
};

/// Structures go in, and one comes out.
pub const QUERY: Operation = Operation {
    name: "Query",
    about: "Finds.",
    parameters: &[
        Parameter::new("Username", Type::String),
        Parameter::new("Form", Type::Structure(&FORM)),
        Parameter::new("Control", Type::Structure(&CONTROL)),
    ],
    result: Type::Structure(&FOUND),
};

/// A word goes in.
pub const PICK: Operation = Operation {
    name: "Pick",
    about: "Picks.",
    parameters: &[Parameter::new("Verb", Type::Enumeration(&VERB))],
    result: Type::String,
};

/// An array comes out, with numbers beside it.
pub const LIST: Operation = Operation {
    name: "List",
    about: "Lists.",
    parameters: &[
        Parameter::new("Count", Type::Int).example("1"),
        Parameter::by_ref("Total", Type::Int),
        Parameter::by_ref("Error", Type::Int),
    ],
    result: Type::Array(&ITEMS),
};

/// An array comes out of a form, too.
pub const MESSAGES: Operation = Operation {
    name: "Messages",
    about: "Explains.",
    parameters: &[Parameter::new("Kind", Type::String).example("some")],
    result: Type::Array(&ALL_MESSAGES),
};

/// Data comes out.
pub const FETCH: Operation = Operation {
    name: "Fetch",
    about: "Fetches.",
    parameters: &[
        Parameter::new("Length", Type::Long).example("5"),
        Parameter::by_ref("Image", Type::Base64Binary),
    ],
    result: Type::Long,
};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    pub user: Option<String>,
    pub other_user: Option<String>,
    pub verb: Option<&'static str>,
    pub verb_data: Option<String>,
    pub hidden: bool,
    pub most: i16,
    pub begin: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    Query(Query),
    Pick { verb: &'static str },
    List { count: i32 },
    Messages { kind: Option<String> },
    Fetch { length: i64 },
}

pub async fn read<R: AsyncBufRead + Unpin>(
    operation: &str,
    parameters: &mut Parameters<'_, R>,
) -> Result<Call, ReadError> {
    Ok(match operation {
        "Query" => Call::Query(read_query(parameters).await?),
        "Pick" => {
            let mut verb = VERB.values[0];
            while parameters.next(&["Verb"]).await?.is_some() {
                verb = parameters.choice(&VERB).await?;
            }
            Call::Pick { verb }
        }
        "List" => {
            let mut count = 0;
            while parameters.next(&["Count"]).await?.is_some() {
                count = parameters.int().await?;
            }
            Call::List { count }
        }
        "Messages" => {
            let mut kind = None;
            while parameters.next(&["Kind"]).await?.is_some() {
                kind = Some(parameters.string().await?);
            }
            Call::Messages { kind }
        }
        "Fetch" => {
            let mut length = 0;
            while parameters.next(&["Length"]).await?.is_some() {
                length = parameters.long().await?;
            }
            Call::Fetch { length }
        }
        other => unreachable!("{other} is not an operation"),
    })
}

async fn read_query<R: AsyncBufRead + Unpin>(
    parameters: &mut Parameters<'_, R>,
) -> Result<Query, ReadError> {
    let mut query = Query::default();
    while let Some(name) = parameters.next(&["Username", "Form", "Control"]).await? {
        match name {
            "Username" => query.user = Some(parameters.string().await?),
            "Form" => {
                parameters.enter();
                while let Some(name) = parameters.next(&["Subject", "Hidden", "Username"]).await? {
                    match name {
                        "Username" => query.other_user = Some(parameters.string().await?),
                        "Subject" => read_condition(parameters, &mut query).await?,
                        _ => query.hidden = parameters.boolean().await?,
                    }
                }
                parameters.leave().await?;
            }
            _ => {
                parameters.enter();
                while let Some(name) = parameters.next(&["Most", "Begin"]).await? {
                    match name {
                        "Most" => query.most = parameters.short().await?,
                        _ => query.begin = parameters.long().await?,
                    }
                    // The rest is left to be passed over.
                    if query.most < 0 {
                        break;
                    }
                }
                parameters.leave().await?;
            }
        }
    }
    Ok(query)
}

async fn read_condition<R: AsyncBufRead + Unpin>(
    parameters: &mut Parameters<'_, R>,
    query: &mut Query,
) -> Result<(), ReadError> {
    parameters.enter();
    while let Some(name) = parameters.next(&["Verb", "VerbData"]).await? {
        match name {
            "Verb" => query.verb = Some(parameters.choice(&VERB).await?),
            _ => query.verb_data = Some(parameters.string().await?),
        }
    }
    parameters.leave().await
}

pub fn run(call: Call) -> Reply {
    match call {
        Call::Query(query) => Reply::new("Query").with_result(
            Value::structure()
                .field("ResultCode", i32::from(query.most))
                .field("Items", Value::array("Item", items(1)))
                .field("Why", query.verb_data),
        ),
        Call::Pick { verb } => Reply::new("Pick").with_result(verb),
        Call::List { count } => Reply::new("List")
            .with_result((count >= 0).then(|| Value::array("Item", items(count))))
            .ref_int("Total", count)
            .ref_int("Error", count.min(0)),
        Call::Messages { kind } => {
            let message = Value::structure()
                .field("Code", -1003)
                .field("Text", Some("wrong <b>".to_owned()));
            Reply::new("Messages").with_result(match kind.as_deref() {
                Some("null") => None,
                Some("empty") => Some(Value::array("Message", [None::<Value>; 0])),
                Some("nil") => Some(Value::array("Message", [Some(message), None])),
                _ => Some(Value::array("Message", [message])),
            })
        }
        Call::Fetch { length } => {
            let image = usize::try_from(length).ok().map(image);
            Reply::new("Fetch")
                .result_long(length.min(0))
                .with_ref("Image", image.map(Value::bytes))
        }
    }
}

fn items(count: i32) -> impl Iterator<Item = Value> {
    (0..count).map(|number| {
        Value::structure()
            .field("Number", i64::from(number))
            .field(
                "At",
                Value::date_time(Some(datetime!(2005-04-25 20:31:00.5 UTC))),
            )
            .field("Subject", (number == 0).then(String::new))
            .field("Cost", "0.05")
    })
}

/// Bytes of an image.
pub fn image(length: usize) -> Bytes {
    (0..=250_u8).cycle().take(length).collect()
}

/// The same as data that is read in pieces, of which it may have fewer or more than announced.
pub fn streamed(announced: u64, bytes: &Bytes, piece: usize) -> Data {
    Data::stream(announced, stream::iter(pieces(bytes, piece)))
}

/// Bytes in pieces.
pub fn pieces(bytes: &Bytes, piece: usize) -> Vec<io::Result<Bytes>> {
    let pieces = bytes.chunks(piece);
    pieces.map(|piece| Ok(bytes.slice_ref(piece))).collect()
}
