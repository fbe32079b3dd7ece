//! Structures as parameters, and words of an enumeration.

use chunkgate::soap::Version;

use super::{
    support::{Call, Served, envelope, post_11},
    typed::{self, Query},
};

fn post_query(parameters: &str) -> Served {
    let call = format!("<Query>{parameters}</Query>");
    post_11("Query", envelope(Version::V11, &call))
}

fn query(parameters: &str) -> Query {
    let Call::Typed(typed::Call::Query(query)) = post_query(parameters).call() else {
        panic!("another call");
    };
    query
}

fn subject(verb: &'static str, data: &str) -> Query {
    Query {
        verb: Some(verb),
        verb_data: Some(data.to_owned()),
        ..Query::default()
    }
}

#[test]
fn fields_come_in_any_order_on_every_level() {
    let expected = Query {
        user: Some("u".to_owned()),
        hidden: true,
        most: 3,
        begin: 1 << 40,
        ..subject("Like", "x")
    };
    for parameters in [
        "<Username>u</Username><Form><Subject><Verb>Like</Verb><VerbData>x</VerbData></Subject><Hidden>1</Hidden></Form><Control><Most>3</Most><Begin>1099511627776</Begin></Control>",
        "<Control><Begin>1099511627776</Begin><Most>3</Most></Control><Form><Hidden>1</Hidden><Subject><VerbData>x</VerbData><Verb>Like</Verb></Subject></Form><Username>u</Username>",
    ] {
        assert_eq!(query(parameters), expected);
    }
}

#[test]
fn what_is_missing_or_empty_has_its_defaults() {
    for parameters in [
        "",
        "<Form/>",
        "<Form></Form><Control />",
        "<Form><Subject/></Form>",
        "<Form> text <!-- aside --><Subject>text</Subject></Form>",
    ] {
        assert_eq!(query(parameters), Query::default(), "{parameters}");
    }
}

#[test]
fn the_first_counts_on_its_own_level_only() {
    let condition = "<Verb>Like</Verb><VerbData>x</VerbData><Verb>Equals</Verb>";
    let form = format!(
        "<Form><Hidden>1</Hidden><Subject>{condition}</Subject><Hidden>0</Hidden><Username>in</Username><Username>no</Username><Subject><VerbData>y</VerbData></Subject></Form>"
    );
    let expected = Query {
        user: Some("out".to_owned()),
        other_user: Some("in".to_owned()),
        hidden: true,
        ..subject("Like", "x")
    };
    let user = "<Username>out</Username>";
    for parameters in [
        format!("{user}{form}<Form><Hidden>0</Hidden></Form><Username>no</Username>"),
        format!("{form}{user}<Form><Hidden>0</Hidden></Form><Username>no</Username>"),
    ] {
        assert_eq!(query(&parameters), expected);
    }
}

#[test]
fn unknown_and_foreign_elements_are_passed_over_with_what_is_in_them() {
    let parameters = "<Form><x><Subject><VerbData>no</VerbData></Subject></x><Subject xmlns=''><VerbData>no</VerbData></Subject><Subject><x/><VerbData xmlns='urn:o'>no</VerbData><Verb>Like</Verb><VerbData>x</VerbData></Subject></Form>";
    assert_eq!(query(parameters), subject("Like", "x"));
}

#[test]
fn fields_outside_of_their_structure_are_none() {
    let parameters = "<VerbData>no</VerbData><Subject><VerbData>no</VerbData></Subject><Form><VerbData>no</VerbData></Form>";
    assert_eq!(query(parameters), Query::default());
}

#[test]
fn what_is_left_of_a_structure_is_passed_over() {
    let parameters = "<Control><Most>-1</Most><Begin>9</Begin><x><y/></x></Control><Form><Hidden>1</Hidden></Form>";
    let expected = Query {
        most: -1,
        hidden: true,
        ..Query::default()
    };
    assert_eq!(query(parameters), expected);
}

#[test]
fn a_structure_may_be_passed_over_without_entering() {
    let body = "<Pick><Form><Verb>Equals</Verb></Form><Verb>Like</Verb></Pick>";
    let served = post_11("Pick", envelope(Version::V11, body));
    assert_eq!(
        served.call(),
        Call::Typed(typed::Call::Pick { verb: "Like" })
    );
}

#[test]
fn an_envelope_cut_within_a_structure_runs_nothing() {
    let parameters = "<Form><Subject><Verb>Like</Verb></Subject></Form>";
    let whole = envelope(Version::V11, &format!("<Query>{parameters}</Query>"));
    for length in 0..whole.len() {
        let served = post_11("Query", &whole[..length]);
        assert_eq!((served.status, served.ran.len()), (400, 0), "{length}");
    }
}

fn pick(verb: &str) -> Served {
    let body = format!("<Pick><Verb>{verb}</Verb></Pick>");
    post_11("Pick", envelope(Version::V11, &body))
}

#[test]
fn a_word_is_exact_but_for_white_space_around_it() {
    for verb in ["Like", " Like\n"] {
        assert_eq!(
            pick(verb).call(),
            Call::Typed(typed::Call::Pick { verb: "Like" })
        );
    }
    let missing = post_11("Pick", envelope(Version::V11, "<Pick/>"));
    assert_eq!(
        missing.call(),
        Call::Typed(typed::Call::Pick { verb: "Equals" })
    );
}

#[test]
fn another_word_is_a_fault_that_says_where() {
    for verb in ["like", "", "Li ke", "Equals Like", "&lt;"] {
        let served = pick(verb);
        let before = envelope(Version::V11, "<Pick><Verb>");
        let before = before.split_once("<Verb>").expect("begin").0.len();
        let column = before + "<Verb></Verb>".len() + verb.len() + 1;
        assert_eq!(
            served.fault(),
            format!(
                "Server was unable to read request. ---&gt; There is an error in XML document (1, {column}). ---&gt; Instance validation error: '{verb}' is not a valid value for Verb."
            ),
        );
    }
}

#[test]
fn shorts() {
    for (text, most) in [("32767", i16::MAX), (" -32768", i16::MIN)] {
        let query = query(&format!("<Control><Most>{text}</Most></Control>"));
        assert_eq!(query.most, most);
    }
    for (text, why) in [
        ("", "Input string was not in a correct format."),
        (
            "32768",
            "Value was either too large or too small for an Int16.",
        ),
    ] {
        let served = post_query(&format!("<Control><Most>{text}</Most></Control>"));
        assert!(served.fault().ends_with(why), "{text}");
    }
}
