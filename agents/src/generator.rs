//! The state of a random generator as a tensor: seed, stream and position, so that it can continue.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::state::{StateError, StateReader, StateWriter};

const NAME: &str = "generator";

/// Writes the generator as seven integers: four of the seed, the stream, and the low and high halves of the position.
pub(crate) fn save(generator: &ChaCha8Rng, writer: &mut StateWriter<'_>) {
    let mut words = [0; 7];
    let seed = generator.get_seed();
    let (eights, _) = seed.as_chunks::<8>();
    for (word, &bytes) in words.iter_mut().zip(eights) {
        *word = u64::from_le_bytes(bytes);
    }
    let position = generator.get_word_pos();
    words[4] = generator.get_stream();
    words[5] = position as u64;
    words[6] = (position >> 64) as u64;
    writer.put_u64(NAME, &words);
}

/// Reads what [`save`] wrote.
pub(crate) fn load(reader: &mut StateReader<'_>) -> Result<ChaCha8Rng, StateError> {
    let mut words = [0; 7];
    reader.get_u64(NAME, &mut words)?;
    let mut seed = [0; 32];
    let (eights, _) = seed.as_chunks_mut::<8>();
    for (bytes, word) in eights.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
    let mut generator = ChaCha8Rng::from_seed(seed);
    generator.set_stream(words[4]);
    generator.set_word_pos(u128::from(words[5]) | u128::from(words[6]) << 64);
    Ok(generator)
}
