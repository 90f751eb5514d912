// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.legacyclient;

import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

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
        AttributeValue attribute = new AttributeValue();
        switch (type) {
            case "S" -> attribute.setS(value.textValue());
            case "N" -> attribute.setN(value.textValue());
            case "B" -> attribute.setB(bytes(value));
            case "BOOL" -> attribute.setBOOL(value.booleanValue());
            case "NULL" -> attribute.setNULL(value.booleanValue());
            case "SS" -> attribute.setSS(list(value, JsonNode::textValue));
            case "NS" -> attribute.setNS(list(value, JsonNode::textValue));
            case "BS" -> attribute.setBS(list(value, Attributes::bytes));
            case "L" -> attribute.setL(list(value, Attributes::attribute));
            case "M" -> attribute.setM(item(value));
            default -> throw new IllegalArgumentException("no attribute type: " + type);
        }
        return attribute;
    }

    private static ObjectNode json(AttributeValue value) {
        ObjectNode json = NODES.objectNode();
        if (value.getS() != null) {
            json.put("S", value.getS());
        } else if (value.getN() != null) {
            json.put("N", value.getN());
        } else if (value.getB() != null) {
            json.put("B", text(value.getB()));
        } else if (value.getBOOL() != null) {
            json.put("BOOL", value.getBOOL());
        } else if (value.getNULL() != null) {
            json.put("NULL", value.getNULL());
        } else if (value.getSS() != null) {
            value.getSS().forEach(json.putArray("SS")::add);
        } else if (value.getNS() != null) {
            value.getNS().forEach(json.putArray("NS")::add);
        } else if (value.getBS() != null) {
            ArrayNode members = json.putArray("BS");
            value.getBS().forEach(member -> members.add(text(member)));
        } else if (value.getL() != null) {
            ArrayNode members = json.putArray("L");
            value.getL().forEach(member -> members.add(json(member)));
        } else if (value.getM() != null) {
            json.set("M", json(value.getM()));
        } else {
            throw new IllegalArgumentException("the client gave an attribute without a value");
        }
        return json;
    }

    private static ByteBuffer bytes(JsonNode text) {
        return ByteBuffer.wrap(Base64.getDecoder().decode(text.textValue()));
    }

    private static String text(ByteBuffer buffer) {
        ByteBuffer view = buffer.asReadOnlyBuffer();
        view.rewind();
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static <T> List<T> list(JsonNode json, Function<JsonNode, T> convert) {
        List<T> list = new ArrayList<>(json.size());
        json.forEach(member -> list.add(convert.apply(member)));
        return list;
    }
}
