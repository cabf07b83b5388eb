"""What is stored, in plain SQL: functions that decode payloads, and the views `metrics` and `metric_rollups`.

The formats are those of monitoring.storage.packing, doubles, checksum and the three codecs. They are written
down again here, for a migration must not depend on code that a later version may change.
"""

from django.db import migrations

# No function needs an extension, and none has an exception handler: before PostgreSQL 17 a parallel worker
# cannot run one. What has the right checksum was written by the encoder and cannot fail; what has not is no row.
# Those in SQL are not STRICT, for a strict function whose body is a CASE is called instead of inlined.
CREATE_UNPACK_NUMBERS = r"""
CREATE FUNCTION payload_body(payload bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN length(payload) <= 4 THEN NULL
        WHEN substring(sha256(substring(payload FROM 1 FOR length(payload) - 4)) FROM 1 FOR 4)
            = substring(payload FROM length(payload) - 3)
        THEN substring(payload FROM 1 FOR length(payload) - 4)
    END
$$;
COMMENT ON FUNCTION payload_body(bytea) IS
'What a payload holds before its checksum (4 bytes of SHA-256), or null if it is damaged.';

CREATE FUNCTION packed_number(body bytea, place integer, size integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE size
        WHEN 0 THEN 0
        ELSE ('x' || rpad(encode(substring(body FROM place + 1 FOR size), 'hex'), 16, '0'))::bit(64)::bigint
            >> (64 - 8 * size)
    END
$$;
COMMENT ON FUNCTION packed_number(bytea, integer, integer) IS
'The signed number of so many bytes, the highest first, at an offset that counts from 0.';

CREATE FUNCTION unpack_numbers(
    body bytea, place integer, length integer, OUT numbers bigint[], OUT next_place integer
)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE
    differences integer := get_byte(body, place);
    width integer := get_byte(body, place + 1);
    exceptions integer := packed_number(body, place + 2, 2) & 65535;
    sizes integer := packed_number(body, place + 4, 2) & 65535;
    first bigint := packed_number(body, place + 6, sizes >> 12);
    divisor bigint;
    centre bigint;
    step bigint;
    k bigint := 0;
    positions integer;
    listed integer := 0;
    next_exception bigint;
    bits varbit;
    number bigint;
BEGIN
    place := place + 6 + (sizes >> 12);
    divisor := packed_number(body, place, sizes >> 8 & 15);
    place := place + (sizes >> 8 & 15);
    centre := packed_number(body, place, sizes >> 4 & 15);
    place := place + (sizes >> 4 & 15);
    step := packed_number(body, place, sizes & 15);
    positions := place + (sizes & 15);
    place := positions + 12 * exceptions;
    next_place := place + ((length - differences) * width + 7) / 8;
    IF divisor = 0 THEN
        numbers := array_fill(first, ARRAY[length]);
        RETURN;
    ELSIF width = 0 AND exceptions = 0 AND differences = 1 THEN
        numbers := ARRAY(SELECT first + divisor * centre * i FROM generate_series(0, length - 1) i);
        RETURN;
    END IF;
    bits := ('x' || encode(substring(body FROM place + 1 FOR next_place - place), 'hex'))::varbit;
    IF exceptions > 0 THEN
        next_exception := packed_number(body, positions, 4) & 4294967295;
    END IF;
    IF differences > 0 THEN
        numbers[1] := first;
    END IF;
    IF differences = 2 THEN
        k := step;
        numbers[2] := first + divisor * k;
    END IF;
    FOR i IN 0..length - differences - 1 LOOP
        IF i = next_exception THEN
            number := packed_number(body, positions + 4 * exceptions + 8 * listed, 8);
            listed := listed + 1;
            next_exception := CASE
                WHEN listed < exceptions THEN packed_number(body, positions + 4 * listed, 4) & 4294967295
            END;
        ELSE
            number := (substring(bits FROM i * width + 1 FOR width)::bit(64) >> (64 - width))::bigint;
        END IF;
        number := centre + ((number >> 1 & 9223372036854775807) # -(number & 1));
        IF differences = 1 THEN
            k := k + number;
        ELSIF differences = 0 THEN
            k := number;
        ELSE
            step := step + number;
            k := k + step;
        END IF;
        numbers[i + differences + 1] := first + divisor * k;
    END LOOP;
END
$$;
COMMENT ON FUNCTION unpack_numbers(bytea, integer, integer) IS
'The numbers of a packed column at an offset that counts from 0, and the offset behind it.';
"""

# extra_float_digits: the text of a double is exact from 1 on, and a session may have set it lower.
CREATE_UNPACK_DOUBLES = r"""
CREATE FUNCTION double_of_bits(bits bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE bits >> 52 & 2047
        WHEN 2047 THEN (
            CASE
                WHEN bits & 4503599627370495 <> 0 THEN 'NaN'
                WHEN bits < 0 THEN '-Infinity'
                ELSE 'Infinity'
            END
        )::double precision
        WHEN 0 THEN
            CASE WHEN bits < 0 THEN -1.0::double precision ELSE 1.0::double precision END
            * (bits & 4503599627370495) * power(2::double precision, -52) * power(2::double precision, -1022)
        ELSE
            CASE WHEN bits < 0 THEN -1.0::double precision ELSE 1.0::double precision END
            * ((bits & 4503599627370495) * power(2::double precision, -52) + 1)
            * power(2::double precision, (bits >> 52 & 2047) - 1023)
    END
$$;
COMMENT ON FUNCTION double_of_bits(bigint) IS 'The double of these 64 bits; minus zero comes out as zero.';

CREATE FUNCTION unpack_doubles(
    body bytea, place integer, length integer, OUT doubles numeric[], OUT next_place integer
)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 SET extra_float_digits = 1 AS $$
DECLARE
    scale integer := get_byte(body, place) & 127;
    others_follow boolean := get_byte(body, place) > 127;
    unit numeric := trim_scale(10::numeric ^ -scale);
    others integer;
    positions bigint[];
    numbers bigint[];
BEGIN
    SELECT column_.numbers, column_.next_place INTO numbers, next_place
    FROM unpack_numbers(body, place + 1, length) AS column_;
    doubles := CASE scale
        WHEN 7 THEN ARRAY(SELECT double_of_bits(n)::text::numeric FROM unnest(numbers) n)
        WHEN 0 THEN numbers::numeric[]
        ELSE ARRAY(SELECT n * unit FROM unnest(numbers) n)
    END;
    IF others_follow THEN
        others := packed_number(body, next_place, 4);
        SELECT column_.numbers, column_.next_place INTO positions, next_place
        FROM unpack_numbers(body, next_place + 4, others) AS column_;
        SELECT column_.numbers, column_.next_place INTO numbers, next_place
        FROM unpack_numbers(body, next_place, others) AS column_;
        FOR i IN 1..others LOOP
            doubles[positions[i] + 1] := double_of_bits(numbers[i])::text::numeric;
        END LOOP;
    END IF;
END
$$;
COMMENT ON FUNCTION unpack_doubles(bytea, integer, integer) IS
'The doubles of a packed column, all their digits, at an offset that counts from 0, and the offset behind it.';
"""

CREATE_DECODERS = r"""
CREATE FUNCTION chunk_samples(
    payload bytea, earliest timestamptz DEFAULT '-infinity', latest timestamptz DEFAULT 'infinity'
)
RETURNS TABLE (at_ms bigint, value numeric)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 500 AS $$
DECLARE
    body bytea := payload_body(payload);
    samples integer;
    instants record;
    measured record;
BEGIN
    IF body IS NULL OR get_byte(body, 0) <> 1 THEN
        RETURN;
    END IF;
    samples := packed_number(body, 1, 2) & 65535;
    instants := unpack_numbers(body, 3, samples);
    measured := unpack_doubles(body, instants.next_place, samples);
    RETURN QUERY
        SELECT * FROM unnest(instants.numbers, measured.doubles) AS columns (at_ms, value)
        WHERE to_timestamp(columns.at_ms / 1000::double precision) BETWEEN earliest AND latest;
END
$$;
COMMENT ON FUNCTION chunk_samples(bytea, timestamptz, timestamptz) IS
'The samples of a chunk by time: ms since the epoch and value. A damaged payload has none.';

CREATE FUNCTION segment_samples(payload bytea)
RETURNS TABLE (series_id integer, at_ms bigint, value numeric)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 1000 AS $$
DECLARE
    body bytea := payload_body(payload);
    samples integer;
    held integer;
    ids record;
    counts record;
    instants record;
    measured record;
BEGIN
    IF body IS NULL OR get_byte(body, 0) <> 2 THEN
        RETURN;
    END IF;
    samples := packed_number(body, 1, 4);
    held := packed_number(body, 5, 4);
    ids := unpack_numbers(body, 9, held);
    counts := unpack_numbers(body, ids.next_place, held);
    instants := unpack_numbers(body, counts.next_place, samples);
    measured := unpack_doubles(body, instants.next_place, samples);
    RETURN QUERY
        SELECT columns.id::integer, columns.at_ms, columns.value FROM ROWS FROM (
            unnest(ARRAY(
                SELECT series.id FROM unnest(ids.numbers, counts.numbers) AS series (id, n),
                    generate_series(1, series.n)
            )),
            unnest(instants.numbers),
            unnest(measured.doubles)
        ) AS columns (id, at_ms, value);
END
$$;
COMMENT ON FUNCTION segment_samples(bytea) IS
'The samples of a segment by series, then time: series, ms since the epoch, value. A damaged payload has none,
nor has one of version 1 (zstd), which only the service reads until it is sealed.';

CREATE FUNCTION rollup_buckets(payload bytea) RETURNS TABLE (
    start_ms bigint, count bigint, sum numeric, min numeric, max numeric, last numeric
)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 150 AS $$
DECLARE
    body bytea := payload_body(payload);
    buckets integer;
    starts record;
    counts record;
    sums record;
    minima record;
    maxima record;
    newest record;
BEGIN
    IF body IS NULL OR get_byte(body, 0) <> 1 THEN
        RETURN;
    END IF;
    buckets := packed_number(body, 1, 2) & 65535;
    starts := unpack_numbers(body, 3, buckets);
    counts := unpack_numbers(body, starts.next_place, buckets);
    sums := unpack_doubles(body, counts.next_place, buckets);
    minima := unpack_doubles(body, sums.next_place, buckets);
    maxima := unpack_doubles(body, minima.next_place, buckets);
    newest := unpack_doubles(body, maxima.next_place, buckets);
    RETURN QUERY SELECT * FROM unnest(
        starts.numbers, counts.numbers, sums.doubles, minima.doubles, maxima.doubles, newest.doubles
    );
END
$$;
COMMENT ON FUNCTION rollup_buckets(bytea) IS
'The buckets of a roll-up by time. A damaged payload has none.';
"""

# `metrics_between` must be inlined, or a condition would not reach the series: so it is SQL and not STRICT. Its
# two halves are joined to the series apart, for a condition goes down both. The others are no SQL, so that the
# planner takes their row estimates; on its own it expects one row and reads the series once for each sample.
# metric_names is joined from the left, so that it falls away where nobody asks for the type.
CREATE_VIEWS = r"""
CREATE FUNCTION unsealed_samples(earliest timestamptz, latest timestamptz)
RETURNS TABLE (series_id integer, at_ms bigint, value numeric)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000 AS $$
BEGIN
    RETURN QUERY
        SELECT DISTINCT ON (sample.series_id, sample.at_ms) sample.*
        FROM segment CROSS JOIN LATERAL segment_samples(segment.payload) AS sample
        WHERE segment.t_max >= earliest AND segment.t_min <= latest
            AND to_timestamp(sample.at_ms / 1000::double precision) BETWEEN earliest AND latest
        ORDER BY sample.series_id, sample.at_ms, segment.id DESC;
END
$$;
COMMENT ON FUNCTION unsealed_samples(timestamptz, timestamptz) IS
'The samples of all segments in a span, both ends included; of two for one series and instant the later write.';

CREATE FUNCTION metrics_between(earliest timestamptz, latest timestamptz) RETURNS TABLE (
    id uuid, metric_name varchar, service_name varchar, value numeric, metric_type varchar, labels jsonb,
    "timestamp" timestamptz, created_at timestamptz
)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100000 AS $$
    WITH unsealed AS MATERIALIZED (
        SELECT * FROM unsealed_samples(earliest, latest)
    ), samples AS NOT MATERIALIZED (
        SELECT series.id, series.metric, series.service, series.labels, unsealed.at_ms, unsealed.value
        FROM series JOIN unsealed ON unsealed.series_id = series.id
        UNION ALL
        SELECT series.id, series.metric, series.service, series.labels, sample.at_ms, sample.value
        FROM series JOIN chunk ON chunk.series_id = series.id
        CROSS JOIN LATERAL chunk_samples(chunk.payload, earliest, latest) AS sample
        WHERE chunk.t0 >= earliest - interval '1 day' AND chunk.t0 <= latest AND chunk.t1 >= earliest
            AND NOT EXISTS (
                SELECT FROM unsealed
                WHERE unsealed.series_id = chunk.series_id AND unsealed.at_ms = sample.at_ms
            )
    )
    SELECT
        (lpad(to_hex(at_ms), 12, '0') || '80008000' || lpad(to_hex(samples.id), 12, '0'))::uuid,
        samples.metric, samples.service, samples.value, metric_names.type, samples.labels,
        to_timestamp(at_ms / 1000::double precision), to_timestamp(at_ms / 1000::double precision)
    FROM samples LEFT JOIN metric_names ON metric_names.name = samples.metric
$$;
COMMENT ON FUNCTION metrics_between(timestamptz, timestamptz) IS
'The rows of the view metrics from one instant to another, both included. Days, chunks and segments outside are
not read. Conditions on metric_name, service_name and labels select the series before anything is decoded.';

CREATE VIEW metrics AS SELECT * FROM metrics_between('-infinity', 'infinity');
COMMENT ON VIEW metrics IS
'One row for each stored sample: of two for one series and instant the later write. Conditions on metric_name,
service_name and labels select the series before anything is decoded. Conditions on timestamp do not: they see
what is decoded already. For a span of time use metrics_between(earliest, latest). Damaged payloads, and
segments of version 1 until they are sealed, are left out.';
COMMENT ON COLUMN metrics.id IS 'derived from the instant and the series (UUID version 8), not stored';
COMMENT ON COLUMN metrics.value IS 'the shortest decimal that gives back the stored double';
COMMENT ON COLUMN metrics.created_at IS 'the instant of the sample: that of its receipt is not kept';

CREATE VIEW metric_rollups AS
SELECT
    series.metric AS metric_name, series.service AS service_name, series.labels, rollup.resolution,
    to_timestamp(bucket.start_ms / 1000::double precision) AS bucket,
    bucket.count, bucket.sum, bucket.min, bucket.max, bucket.last
FROM (
    SELECT interval '5 minutes' AS resolution, series_id, payload FROM rollup_5m
    UNION ALL
    SELECT interval '1 hour', series_id, payload FROM rollup_1h
) AS rollup
JOIN series ON series.id = rollup.series_id
CROSS JOIN LATERAL rollup_buckets(rollup.payload) AS bucket;
COMMENT ON VIEW metric_rollups IS
'What the samples of each series came to in [bucket, bucket + resolution), for UTC days that are over. Late
samples are counted within minutes. Buckets without a sample and damaged payloads are left out.';
"""

DROP = """
DROP VIEW metric_rollups;
DROP VIEW metrics;
DROP FUNCTION metrics_between(timestamptz, timestamptz);
DROP FUNCTION unsealed_samples(timestamptz, timestamptz);
DROP FUNCTION rollup_buckets(bytea);
DROP FUNCTION segment_samples(bytea);
DROP FUNCTION chunk_samples(bytea, timestamptz, timestamptz);
DROP FUNCTION unpack_doubles(bytea, integer, integer);
DROP FUNCTION double_of_bits(bigint);
DROP FUNCTION unpack_numbers(bytea, integer, integer);
DROP FUNCTION packed_number(bytea, integer, integer);
DROP FUNCTION payload_body(bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_sealing")]

    operations = [
        migrations.RunSQL(
            CREATE_UNPACK_NUMBERS + CREATE_UNPACK_DOUBLES + CREATE_DECODERS + CREATE_VIEWS, DROP
        )
    ]
