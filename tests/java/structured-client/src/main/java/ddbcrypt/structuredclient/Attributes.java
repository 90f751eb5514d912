// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.structuredclient;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** DynamoDB JSON, with its bytes in base64, to the SDK's attribute values and back. */
final class Attributes {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Attributes() {}

    static Map<String, AttributeValue> item(JsonNode json) {
        Map<String, AttributeValue> item = new HashMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> members = json.fields(); members.hasNext(); ) {
            Map.Entry<String, JsonNode> member = members.next();
            item.put(member.getKey(), attribute(member.getValue()));
        }
        return item;
    }

    static ObjectNode json(Map<String, AttributeValue> item) {
        ObjectNode json = NODES.objectNode();
        item.forEach((name, value) -> json.set(name, json(value)));
        return json;
    }

    private static AttributeValue attribute(JsonNode json) {
        String type = json.fieldNames().next();
        JsonNode value = json.get(type);
        return switch (type) {
            case "S" -> AttributeValue.fromS(value.textValue());
            case "N" -> AttributeValue.fromN(value.textValue());
            case "B" -> AttributeValue.fromB(bytes(value));
            case "BOOL" -> AttributeValue.fromBool(value.booleanValue());
            case "NULL" -> AttributeValue.fromNul(value.booleanValue());
            case "SS" -> AttributeValue.fromSs(list(value, JsonNode::textValue));
            case "NS" -> AttributeValue.fromNs(list(value, JsonNode::textValue));
            case "BS" -> AttributeValue.fromBs(list(value, Attributes::bytes));
            case "L" -> AttributeValue.fromL(list(value, Attributes::attribute));
            case "M" -> AttributeValue.fromM(item(value));
            default -> throw new IllegalArgumentException("no attribute type: " + type);
        };
    }

    private static ObjectNode json(AttributeValue value) {
        ObjectNode json = NODES.objectNode();
        switch (value.type()) {
            case S -> json.put("S", value.s());
            case N -> json.put("N", value.n());
            case B -> json.put("B", text(value.b()));
            case BOOL -> json.put("BOOL", value.bool());
            case NUL -> json.put("NULL", value.nul());
            case SS -> value.ss().forEach(json.putArray("SS")::add);
            case NS -> value.ns().forEach(json.putArray("NS")::add);
            case BS -> {
                ArrayNode members = json.putArray("BS");
                value.bs().forEach(member -> members.add(text(member)));
            }
            case L -> {
                ArrayNode members = json.putArray("L");
                value.l().forEach(member -> members.add(json(member)));
            }
            case M -> json.set("M", json(value.m()));
            default -> throw new IllegalArgumentException("the client gave an attribute without a value");
        }
        return json;
    }

    private static SdkBytes bytes(JsonNode text) {
        return SdkBytes.fromByteArray(Base64.getDecoder().decode(text.textValue()));
    }

    private static String text(SdkBytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.asByteArray());
    }

    private static <T> List<T> list(JsonNode json, Function<JsonNode, T> convert) {
        List<T> list = new ArrayList<>(json.size());
        json.forEach(member -> list.add(convert.apply(member)));
        return list;
    }
}
