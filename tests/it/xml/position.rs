//! Line and column, as faults tell them.

use super::support::in_pieces;

#[test]
fn lines_and_characters_are_counted_from_one() {
    let places = in_pieces("<a>\n  <ü>é</ü>\r\n<b/></a>", async |reader| {
        let mut places = vec![reader.position().to_string()];
        reader.child().await?;
        places.push(reader.position().to_string());
        reader.child().await?;
        reader.text().await?;
        places.push(reader.position().to_string());
        reader.child().await?;
        reader.skip().await?;
        places.push(reader.position().to_string());
        Ok(places)
    });
    assert_eq!(places.unwrap(), ["1, 1", "1, 4", "2, 11", "3, 5"]);
}

#[test]
fn base64_data_is_counted_too() {
    let place = in_pieces(
        "<a>\n<b>QUJD\nQU&#74;D<![CDATA[QUJ\nD]]>\n=</b></a>",
        async |reader| {
            reader.child().await?;
            reader.child().await?;
            let mut block = bytes::BytesMut::new();
            while reader.base64(&mut block, 64).await? {}
            Ok(reader.position().to_string())
        },
    );
    assert_eq!(place.unwrap(), "5, 6");
}
