//! Writes the golden vectors as the corpora that the fuzz targets start from.

use std::io;
use std::path::Path;

use serde_json::Value;

fn main() -> io::Result<()> {
    let protocol = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (file, target) in [("frames", "frame"), ("desktop", "frame"), ("control", "message")] {
        let text = std::fs::read_to_string(protocol.join(format!("vectors/{file}.json")))?;
        let vectors: Vec<Value> = serde_json::from_str(&text)?;
        for (number, vector) in vectors.iter().enumerate() {
            let text_of = |name: &str| vector.get(name).and_then(Value::as_str);
            let Some(direction) = text_of("direction").or(text_of("of")) else { continue };
            let seed = match (text_of("hex"), text_of("text"), vector.get("message")) {
                (Some(hex), _, _) => bytes_of(hex)?,
                (_, Some(text), _) => text.as_bytes().to_vec(),
                (_, _, message) => serde_json::to_vec(&message)?,
            };
            // A corpus without a target, such as the server's messages, does no harm.
            let target =
                if direction == "op" { "picture_op".into() } else { format!("{direction}_{target}") };
            let corpus = protocol.join("fuzz/corpus").join(target);
            std::fs::create_dir_all(&corpus)?;
            std::fs::write(corpus.join(format!("{file}-{number:02}")), seed)?;
        }
    }
    Ok(())
}

fn bytes_of(hex: &str) -> io::Result<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16);
    pairs.map(byte).collect::<Result<_, _>>().map_err(io::Error::other)
}
