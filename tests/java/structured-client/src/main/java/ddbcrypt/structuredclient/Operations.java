// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.structuredclient;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.DynamoDbItemEncryptor;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.model.DecryptItemInput;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.model.DecryptItemOutput;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.model.DynamoDbItemEncryptorConfig;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.model.EncryptItemInput;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.model.EncryptItemOutput;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.model.ParsedHeader;
import software.amazon.cryptography.dbencryptionsdk.structuredencryption.model.CryptoAction;
import software.amazon.cryptography.materialproviders.model.DBEAlgorithmSuiteId;

/** The requests: encrypt and decrypt an item under the configuration that stands in the request, once or timed. */
final class Operations {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int ECDSA_SUITE = 0x6701;

    private final Keyrings keyrings = new Keyrings();

    ObjectNode run(JsonNode request) {
        DynamoDbItemEncryptor encryptor = encryptor(request);
        Map<String, AttributeValue> item = Attributes.item(request.get("item"));
        return switch (request.get("op").textValue()) {
            case "encrypt" -> {
                EncryptItemOutput output = encryptor.EncryptItem(
                        EncryptItemInput.builder().plaintextItem(item).build());
                yield result(output.encryptedItem(), output.parsedHeader());
            }
            case "decrypt" -> {
                DecryptItemOutput output = encryptor.DecryptItem(
                        DecryptItemInput.builder().encryptedItem(item).build());
                yield result(output.plaintextItem(), output.parsedHeader());
            }
            case "time_encrypt" -> {
                EncryptItemInput input = EncryptItemInput.builder().plaintextItem(item).build();
                yield timed(request, () -> encryptor.EncryptItem(input).encryptedItem());
            }
            case "time_decrypt" -> {
                DecryptItemInput input = DecryptItemInput.builder().encryptedItem(item).build();
                yield timed(request, () -> encryptor.DecryptItem(input).plaintextItem());
            }
            default -> throw new IllegalArgumentException("no operation: " + request.get("op"));
        };
    }

    /** Nanoseconds of one item, in the CPU time of this thread or in wall time, for benchmarks. */
    private static ObjectNode timed(JsonNode request, Supplier<Map<String, AttributeValue>> work) {
        int iterations = request.get("iterations").intValue();
        boolean cpu = request.get("clock").textValue().equals("cpu");
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        int seen = 0;
        long start = cpu ? threads.getCurrentThreadCpuTime() : System.nanoTime();
        for (int i = 0; i < iterations; i++) {
            seen += work.get().size();
        }
        long end = cpu ? threads.getCurrentThreadCpuTime() : System.nanoTime();
        return NODES.objectNode().put("nanoseconds", (double) (end - start) / iterations).put("attributes", seen);
    }

    private DynamoDbItemEncryptor encryptor(JsonNode request) {
        JsonNode config = request.get("config");
        Map<String, CryptoAction> actions = new HashMap<>();
        config.get("actions")
                .fields()
                .forEachRemaining(action ->
                        actions.put(action.getKey(), CryptoAction.valueOf(action.getValue().textValue())));
        DynamoDbItemEncryptorConfig.Builder builder = DynamoDbItemEncryptorConfig.builder()
                .logicalTableName(config.get("table").textValue())
                .partitionKeyName(config.get("partition").textValue())
                .attributeActionsOnEncrypt(actions)
                .keyring(keyrings.all(request.get("keyrings")))
                .algorithmSuiteId(config.get("suite").intValue() == ECDSA_SUITE
                        ? DBEAlgorithmSuiteId.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384_SYMSIG_HMAC_SHA384
                        : DBEAlgorithmSuiteId.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_SYMSIG_HMAC_SHA384);
        if (config.hasNonNull("sort")) {
            builder.sortKeyName(config.get("sort").textValue());
        }
        if (!config.get("allowed").isEmpty()) {
            List<String> allowed = new ArrayList<>();
            config.get("allowed").forEach(name -> allowed.add(name.textValue()));
            builder.allowedUnsignedAttributes(allowed);
        }
        if (config.hasNonNull("prefix")) {
            builder.allowedUnsignedAttributePrefix(config.get("prefix").textValue());
        }
        return DynamoDbItemEncryptor.builder()
                .DynamoDbItemEncryptorConfig(builder.build())
                .build();
    }

    private static ObjectNode result(Map<String, AttributeValue> item, ParsedHeader header) {
        ObjectNode response = NODES.objectNode();
        response.set("item", Attributes.json(item));
        ObjectNode parsed = response.putObject("header");
        parsed.put("suite", header.algorithmSuiteId().name().contains("ECDSA") ? ECDSA_SUITE : ECDSA_SUITE - 1);
        ObjectNode actions = parsed.putObject("actions");
        header.attributeActionsOnEncrypt().forEach((name, action) -> actions.put(name, action.name()));
        ArrayNode keys = parsed.putArray("data_keys");
        header.encryptedDataKeys().forEach(key -> keys.addArray()
                .add(key.keyProviderId())
                .add(text(key.keyProviderInfo()))
                .add(text(key.ciphertext())));
        parsed.set("stored_context", texts(header.storedEncryptionContext()));
        parsed.set("context", texts(header.encryptionContext()));
        return response;
    }

    private static ObjectNode texts(Map<String, String> map) {
        ObjectNode json = NODES.objectNode();
        map.forEach(json::put);
        return json;
    }

    private static String text(ByteBuffer buffer) {
        ByteBuffer view = buffer.asReadOnlyBuffer();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
