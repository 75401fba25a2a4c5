//! Criterion benchmarks of the single operations that practice is made of.
//!
//! `etude bench` measures the ratios that matter; these are for watching one piece of code while changing it:
//! `cargo bench --bench step -- 'env step'`.

mod operations;

use criterion::{Criterion, criterion_group, criterion_main};

fn all(criterion: &mut Criterion) {
    for operation in operations::operations() {
        // Made ready only when it is asked for by name.
        let mut ready = None;
        criterion.bench_function(&operation.name, |bencher| {
            bencher.iter(ready.get_or_insert_with(&operation.prepare));
        });
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
