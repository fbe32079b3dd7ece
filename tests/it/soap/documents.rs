//! Operations with document text.

use bytes::BytesMut;
use chunkgate::soap::{Operation, Parameter, Parameters, ReadError, Reply, Type};
use tokio::io::AsyncBufRead;

use super::support::Call;

const DATA: Parameter = Parameter::new("Data", Type::String).document();
const AFTER: Parameter = Parameter::new("After", Type::String);

/// Takes the text in blocks.
pub const SEND_TEXT: Operation = Operation {
    name: "SendText",
    about: "Takes a text.",
    parameters: &[DATA, AFTER],
    result: Type::Long,
};

/// Takes one block of it, and leaves the rest to be passed over.
pub const BEGIN_TEXT: Operation = Operation {
    name: "BeginText",
    about: "Begins a text.",
    parameters: &[DATA, AFTER],
    result: Type::Long,
};

/// Does not ask for it.
pub const PASS_TEXT: Operation = Operation {
    name: "PassText",
    about: "Passes over a text.",
    parameters: &[DATA, AFTER],
    result: Type::Long,
};

/// Counts its bytes.
pub const MEASURE_TEXT: Operation = Operation {
    name: "MeasureText",
    about: "Tells how long it is.",
    parameters: &[DATA],
    result: Type::Long,
};

/// Takes the text between the bytes of an array, too.
pub const BOTH: Operation = Operation {
    name: "Both",
    about: "Takes a text and an array.",
    parameters: &[Parameter::new("Chunk", Type::Base64Binary), DATA],
    result: Type::Long,
};

/// The text of a call, and what came after it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    pub data: Option<String>,
    pub after: Option<String>,
}

/// The call of an operation with these texts.
pub fn call(operation: &'static str, data: Option<&str>, after: Option<&str>) -> Call {
    let text = Text {
        data: data.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    Call::Text(operation, text)
}

/// What a block of text holds at most.
pub const LIMIT: usize = 7;

pub async fn read<R: AsyncBufRead + Unpin>(
    operation: &'static str,
    parameters: &mut Parameters<'_, R>,
) -> Result<Call, ReadError> {
    if operation == "MeasureText" {
        let (mut block, mut bytes) = (BytesMut::new(), 0);
        while parameters.next(&["Data"]).await?.is_some() {
            while parameters.text(&mut block, 8192).await? {
                bytes += block.len();
                block.clear();
            }
            bytes += block.len();
        }
        return Ok(Call::Measure { bytes });
    }
    let names: &[&str] = match operation {
        "PassText" => &["After"],
        _ => &["Data", "After", "Chunk"],
    };
    let mut text = Text::default();
    while let Some(name) = parameters.next(names).await? {
        match name {
            "After" => text.after = Some(parameters.string().await?),
            "Chunk" => {
                let mut block = BytesMut::new();
                while parameters.base64(&mut block, 64).await? {
                    block.clear();
                }
            }
            _ => text.data = Some(data(parameters, operation == "BeginText").await?),
        }
    }
    Ok(Call::Text(operation, text))
}

async fn data<R: AsyncBufRead + Unpin>(
    parameters: &mut Parameters<'_, R>,
    only_begin: bool,
) -> Result<String, ReadError> {
    let (mut block, mut data) = (BytesMut::new(), String::new());
    loop {
        let more = parameters.text(&mut block, LIMIT).await?;
        let is_full = block.len() + 3 >= LIMIT;
        assert!(block.len() <= LIMIT && (!more || is_full));
        data += std::str::from_utf8(&block.split()).expect("whole characters");
        if only_begin {
            // What more of it is in the block depends on the pieces in which it came.
            data.truncate(4);
            return Ok(data);
        }
        if !more {
            return Ok(data);
        }
    }
}

pub fn run(operation: &'static str, text: &Text) -> Reply {
    let length = text.data.as_ref().map_or(0, String::len);
    Reply::new(operation).result_long(i64::try_from(length).expect("a number"))
}
