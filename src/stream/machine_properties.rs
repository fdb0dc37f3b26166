//! Properties of the machine: its short ways come to the same as the long ones.

use proptest::prelude::*;

use super::*;
use crate::types::ChatChunk;

/// Deltas in the shapes that providers send, and others.
fn chunk() -> impl Strategy<Value = String> {
    let delta = prop::sample::select(vec![
        r#""delta":{}"#,
        r#""delta":null"#,
        r#""delta":{"role":"assistant","content":""}"#,
        r#""delta":{"role":"assistant","content":"Hi"}"#,
        r#""delta":{"content":""}"#,
        r#""delta":{"content":"a","refusal":"b"}"#,
        r#""delta":{"content":null}"#,
        r#""delta":{"content":"é\n\"x\""}"#,
        r#""delta":{"tool_calls":[]}"#,
        r#""delta":{"tool_calls":[{"index":0}]}"#,
        r#""delta":{"reasoning_content":"hm","content":null}"#,
        r#""delta":{"refusal":null}"#,
        r#""text":"old""#,
    ]);
    let finish = prop::sample::select(vec!["", r#","finish_reason":null"#, r#","finish_reason":"stop""#]);
    let index = prop::sample::select(vec!["", r#""index":0,"#, r#""index":1,"#, r#""index":70,"#]);
    (delta, finish, index).prop_map(|(delta, finish, index)| format!(r#"{{"choices":[{{{index}{delta}{finish}}}]}}"#))
}

proptest! {
    #[test]
    fn the_look_in_passing_sees_what_the_whole_parse_sees(chunks in prop::collection::vec(chunk(), 1..8)) {
        let mut sink = JsonText::default();
        for json in &chunks {
            let typed = Typed::default().openai_chunk(json);
            prop_assert!(typed.is_ok(), "{:?}", typed);
            prop_assert_eq!(typed, sink.openai_chunk(json));
        }
        let plain: Vec<serde_json::Value> = chunks.iter().map(|json| serde_json::from_str(json).unwrap()).collect();
        prop_assert_eq!(expand(&sink.take().unwrap()), plain);
    }
}

/// What the consumer of these reads gets: the chunks and the error.
fn read(reads: &[&[u8]]) -> (Vec<ChatChunk>, Option<String>) {
    let mut machine = events(Typed::default());
    let outcome = reads.iter().try_for_each(|read| machine.on_bytes(at(3), read));
    let chunks = std::iter::from_fn(|| machine.sink.pop()).collect();
    (chunks, outcome.err().map(|error| error.to_string()))
}

/// An event whose JSON may go over two lines.
fn event(text: &[u8], between: &str) -> Vec<u8> {
    let before = format!("data: {{\"id\":\"1\",{between}\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"");
    [before.as_bytes(), text, b"\"}}]}\n\n"].concat()
}

proptest! {
    #[test]
    fn a_read_that_is_one_event_is_read_as_when_it_is_cut(
        texts in prop::collection::vec(r#"([ab]|é|\\n|\\"|"|\\|\\u00e9|,|\}|\n|\r|\ndata: |\n\n|\x00){0,4}"#, 1..6),
        between in prop::sample::select(vec!["", " ", "\ndata:", "\r\ndata:", "\n", "\n\n"]),
        place in 1_usize..40,
    ) {
        let texts = std::iter::once("first".to_owned()).chain(texts);
        let frames: Vec<_> = texts.map(|text| event(text.as_bytes(), between)).collect();
        let whole: Vec<_> = frames.iter().map(Vec::as_slice).collect();
        let cut: Vec<_> = frames.iter().flat_map(|frame| <[&[u8]; 2]>::from(frame.split_at(place))).collect();
        prop_assert_eq!(read(&whole), read(&cut));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_in_a_read_that_is_one_event(bytes in prop::collection::vec(any::<u8>(), 0..6)) {
        let (first, second) = (event(b"a", ""), event(&bytes, ""));
        let (one, two) = second.split_at(3);
        prop_assert_eq!(read(&[&first, &second]), read(&[&first, one, two]));
    }
}
